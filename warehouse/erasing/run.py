"""Erasing a person: from the landing files, the database, releases, backups and logs, for good.

A plan in `state/erasing.json` holds who it is about while it lasts, and what is done. Every step may be
killed and done again; the next run of the command goes on. At the end every file is searched, a line without
the identity is written to `state/erasures.jsonl`, and the plan is removed. Why it works this way: ADR 14.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from extractors import clock
from extractors.config import SourceConfig
from extractors.durable import sync_folder, write_durably
from extractors.errors import LodestarError, storage_errors
from extractors.privacy import Keys
from extractors.suppression import FILE, Token, as_json, keyed_hash, read_entries
from warehouse.build import code_version
from warehouse.connection import WAIT_SECONDS, open_working
from warehouse.erasing.derived import (
    Publishing,
    fresh_backup,
    fresh_release,
    published,
    remove_old,
)
from warehouse.erasing.landing import rewrite
from warehouse.erasing.people import (
    Asked,
    EraseError,
    Known,
    NobodyFound,
    collect,
    known,
    people_of,
    tokens_of,
)
from warehouse.erasing.plan import AUDIT, PLAN, Plan, entries_with, read_request, request_file
from warehouse.erasing.proof import prove
from warehouse.erasing.texts import clean_logs, in_seeds, log_folders
from warehouse.erasing.told import Erased, Rehearsal
from warehouse.erasing.traces import Searcher, search
from warehouse.layout import Layout
from warehouse.lock import locked
from warehouse.replay import replay
from warehouse.schema import Schema, read_schema

logger = logging.getLogger("lodestar.erase")

STEPS = ("listed", "landing", "database", "release", "backups", "logs", "proved")


def erase(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    asked: Asked,
    keys: Keys,
    *,
    everywhere: bool = False,
    schema: Schema | None = None,
    publishing: Publishing | None = None,
    wait_seconds: float = WAIT_SECONDS,
    environ: Mapping[str, str] = os.environ,
) -> Erased:
    """Erase the people asked for; go on with an erasure that was interrupted first.

    `publishing` makes the fresh release (default: dbt, the gate, publish). Raises EraseError if nobody can be
    found or a seed file names them, EraseIncomplete if something is left; `current` and the suppression list
    are then safe, and another run goes on.
    """
    began = time.monotonic()
    state = data_dir / "state"
    with _alone(state):
        plan = Plan.read(state / PLAN)
        if plan is not None and plan.asked != asked and (asked.accounts or asked.emails):
            logger.info("an erasure that was interrupted is finished first")
            _finish(data_dir, sources, plan, keys, schema, publishing, wait_seconds, environ)
            plan = None
        if plan is None:
            if not asked.accounts and not asked.emails:
                raise EraseError("nobody was named, and no erasure is unfinished")
            was_erased = _was_erased(data_dir, asked, keys)
            try:
                plan = _planned(data_dir, asked, keys, everywhere, schema or read_schema(), wait_seconds)
            except NobodyFound:
                if not was_erased:
                    raise
                logger.info("they were erased before; nothing is left to do")
                return Erased("", {}, time.monotonic() - began)
            if was_erased:
                logger.warning("they were erased before and are here again, as from a backup")
            plan.write(state / PLAN)
        counts = _finish(data_dir, sources, plan, keys, schema, publishing, wait_seconds, environ)
    return Erased(plan.id, counts, time.monotonic() - began)


def rehearse(
    data_dir: Path,
    asked: Asked,
    keys: Keys,
    *,
    everywhere: bool = False,
    schema: Schema | None = None,
    wait_seconds: float = WAIT_SECONDS,
    environ: Mapping[str, str] = os.environ,
) -> Rehearsal:
    """What erasing would do; changes nothing."""
    layout = Layout(data_dir)
    plan = _planned(data_dir, asked, keys, everywhere, schema or read_schema(), wait_seconds)
    entries = entries_with(data_dir, plan, keys)
    records, parts, all_parts = rewrite(layout, plan, entries, keys, wait_seconds, is_rehearsal=True)
    searcher = Searcher(plan.tokens, plan.people)
    texts = [token for token in plan.tokens if token.kind == "text"]
    return Rehearsal(
        accounts=tuple(f"{source}:{account}" for each in plan.people for source, account in each.accounts),
        names=len(texts),
        words=sum(token.mention for token in texts),
        records=records,
        parts=parts,
        all_parts=all_parts,
        releases=sum(1 for _ in layout.releases.glob("[!.]*")),
        backups=sum(1 for _ in layout.backups.glob("*.duckdb")),
        logs=len(search(log_folders(layout, environ), searcher)[0]),
        seeds=tuple(in_seeds(plan, searcher, environ)),
    )


def erase_request(data_dir: Path, sources: Sequence[SourceConfig], name: str, keys: Keys) -> Erased:
    """Erase whom a request file names, and remove the file; see `erase`."""
    asked = read_request(data_dir, name)
    erased = erase(data_dir, sources, asked, keys)
    request_file(data_dir, name).unlink(missing_ok=True)
    return erased


def rehearse_request(data_dir: Path, name: str, keys: Keys) -> Rehearsal:
    """What erasing whom a request file names would do."""
    return rehearse(data_dir, read_request(data_dir, name), keys)


def cancel(data_dir: Path) -> bool:
    """Forget an erasure that has changed nothing yet; whether there was one. Raises EraseError if it has."""
    state = data_dir / "state"
    with _alone(state):
        plan = Plan.read(state / PLAN)
        if plan is not None and plan.done:
            raise EraseError("the erasure has begun to change files and can't be taken back; let it finish")
        (state / PLAN).unlink(missing_ok=True)
    return plan is not None


def _was_erased(data_dir: Path, asked: Asked, keys: Keys) -> bool:
    """Whether all who are asked for stand in the suppression list."""
    listed = {(entry.kind, entry.key, entry.hash) for entry in read_entries(data_dir)}
    wanted = [
        [Token("account", account, 0, source).entry(key) for key in keys]
        for source, account in asked.accounts
    ]
    wanted += [
        [
            Token("email", keyed_hash(key_id, secret, email.strip().lower()), "").entry((key_id, secret))
            for key_id, secret in keys
        ]
        for email in asked.emails
    ]
    return all(any((each.kind, each.key, each.hash) in listed for each in forms) for forms in wanted)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """One erasure at a time."""
    with locked(state / f"{PLAN}.lock", "python -m warehouse erase", 0.0):
        yield


def _planned(
    data_dir: Path, asked: Asked, keys: Keys, everywhere: bool, schema: Schema, wait_seconds: float
) -> Plan:
    layout = Layout(data_dir)
    if not layout.database.exists():
        raise EraseError("there is no working database to find anybody in. Load first, or restore it.")
    with open_working(data_dir, "erase", wait_seconds) as working:
        knowledge: Known = known(working.connection)
        people = people_of(working.connection, schema, knowledge, asked, keys)
    taken = {int(entry.becomes) % 10**9 for entry in read_entries(data_dir) if entry.kind == "account"}
    for person in people:
        while person.number in taken:
            person.number = secrets.randbelow(10**9 - 1) + 1
        taken.add(person.number)
    collect(layout.landing, people, keys)
    tokens = [token for person in people for token in tokens_of(person, knowledge, keys, everywhere)]
    counts = {"people": len(people), "accounts": sum(len(person.accounts) for person in people)}
    return Plan(
        f"{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        clock.iso(clock.now()),
        asked,
        people,
        tokens,
        dict(knowledge.vendors),
        counts=counts,
    )


def _finish(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    plan: Plan,
    keys: Keys,
    schema: Schema | None,
    publishing: Publishing | None,
    wait_seconds: float,
    environ: Mapping[str, str],
) -> dict[str, int]:
    """Do every step that is not done yet."""
    layout = Layout(data_dir)
    state = data_dir / "state"
    searcher = Searcher(plan.tokens, plan.people)
    if seeds := list(in_seeds(plan, searcher, environ)):
        raise EraseError(
            f"seed files name the person: {'; '.join(seeds)}. They are yours, so they are not changed here: "
            "take the lines out, or put in what stands for the account or name (`becomes` under `tokens` in "
            f"{state / PLAN}), and run again. To give up: python -m warehouse erase --cancel"
        )
    entries = entries_with(data_dir, plan, keys)

    def step(name: str, work: Callable[[], Mapping[str, int]]) -> None:
        if name in plan.done:
            return
        logger.info("erase %d/%d: %s", STEPS.index(name) + 1, len(STEPS), name)
        for counted, number in work().items():
            # A step that was killed counts again what it does again.
            plan.counts[counted] = max(number, plan.counts.get(counted, 0))
        plan.done.append(name)
        plan.write(state / PLAN)

    @contextmanager
    def again_from(first: str) -> Iterator[None]:
        """What fails here is done again from an earlier step on: files may have come since."""
        try:
            yield
        except LodestarError:
            plan.done = [name for name in plan.done if STEPS.index(name) < STEPS.index(first)]
            plan.write(state / PLAN)
            raise

    def listed() -> Mapping[str, int]:
        with storage_errors(state):
            write_durably(state / FILE, as_json(entries))
            (state / FILE).chmod(0o600)
        return {"entries": len(entries)}

    def landing() -> Mapping[str, int]:
        records, parts, _ = rewrite(layout, plan, entries, keys, wait_seconds)
        return {"records": records, "parts": parts}

    def database() -> Mapping[str, int]:
        with again_from("landing"):
            report = replay(data_dir, sources, schema=schema, wait_seconds=wait_seconds)
        remove_old(layout, wait_seconds)
        # Comparisons remember the ids of accounts; the next one asks for them anew.
        shutil.rmtree(state / "held", ignore_errors=True)
        return {"loads": len(report.loads)}

    def release() -> Mapping[str, int]:
        return {"releases": fresh_release(data_dir, publishing or published)}

    def backups() -> Mapping[str, int]:
        removed = fresh_backup(data_dir, wait_seconds)
        # Whoever puts landing files or a backup back must put the list back, too.
        with storage_errors(layout.backups):
            layout.backups.mkdir(parents=True, exist_ok=True)
            write_durably(layout.backups / FILE, as_json(entries))
            (layout.backups / FILE).chmod(0o600)
        return {"backups": removed}

    def logs() -> Mapping[str, int]:
        return {"logs": clean_logs(layout, searcher, environ)}

    def proved() -> Mapping[str, int]:
        with again_from("landing"):
            return {"searched": prove(data_dir, plan, searcher, entries, keys, wait_seconds, environ)}

    for name, work in zip(STEPS, (listed, landing, database, release, backups, logs, proved), strict=True):
        step(name, work)
    _write_audit(state / AUDIT, plan)
    with storage_errors(state):
        (state / PLAN).unlink()
        sync_folder(state)
    return plan.counts


def _write_audit(path: Path, plan: Plan) -> None:
    """One line, without who it was; once, however often the end is reached."""
    line = {
        "id": plan.id,
        "began_at": plan.began_at,
        "ended_at": clock.iso(clock.now()),
        "code_version": code_version(),
        **plan.counts,
        "found_afterwards": 0,
    }
    with storage_errors(path):
        if path.exists() and f'"id":"{plan.id}"' in path.read_text("utf-8"):
            return
        with path.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o600)
        sync_folder(path.parent)
