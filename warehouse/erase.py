"""Erasing a person: from the landing files, the database, releases, backups and logs, for good.

A plan in `state/erasing.json` holds who it is about while it lasts, and what is done. Every step may be
killed and done again; the next run of the command goes on. At the end every file is searched, a line without
the identity is written to `state/erasures.jsonl`, and the plan is removed. Why it works this way: ADR 14.
"""

from __future__ import annotations

import csv
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import get_args

import orjson

from extractors import clock
from extractors.config import SourceConfig, seeds_dir
from extractors.durable import sync_folder, write_durably
from extractors.errors import LodestarError, StorageError, storage_errors
from extractors.landing import lane_lock, read_lines, rewrite_part
from extractors.privacy import Keys
from extractors.registry import VENDORS
from extractors.source import Lane
from extractors.suppression import (
    FILE,
    Entry,
    Suppression,
    Token,
    as_json,
    keyed_hash,
    lower,
    read_entries,
    strings,
    words,
)
from warehouse.backup import backup
from warehouse.build import build, code_version
from warehouse.connection import WAIT_SECONDS, open_working, working_lock
from warehouse.identity import (
    Asked,
    EraseError,
    Known,
    NobodyFound,
    Person,
    collect,
    key_of,
    known,
    people_of,
    streams_of,
    tokens_of,
)
from warehouse.layout import DBT_PROJECT, Layout
from warehouse.lock import locked
from warehouse.publish import WAIT_SECONDS as PUBLISH_WAIT
from warehouse.publish import publish, unpin
from warehouse.releases import RELEASE, Release, current_release
from warehouse.replay import replay
from warehouse.schema import Schema, read_schema
from warehouse.traces import Searcher, Trace, search, search_ids, search_landing

logger = logging.getLogger("lodestar.erase")

PLAN = "erasing.json"
AUDIT = "erasures.jsonl"
REQUESTS = "erase_requests"
STEPS = ("listed", "landing", "database", "release", "backups", "logs", "proved")
_LOG_EVERY_SECONDS = 10.0
_REQUEST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*\Z")
_IN_LOGS = "[erased]"

Publishing = Callable[[Path], Release]


class EraseIncomplete(LodestarError):
    """Something of the person is still there."""


@dataclass
class Plan:
    """An erasure under way; the only file that names the person."""

    id: str
    began_at: str
    asked: Asked
    people: list[Person]
    tokens: list[Token]
    vendors: dict[str, str]
    done: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Plan | None:
        """The plan of an erasure that was not finished; None if there is none."""
        try:
            content = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise StorageError(f"{path} can't be read. Remove it and ask for the erasure again.") from None
        people = [
            Person(tuple((source, account) for source, account in each["accounts"]), (), {}, each["number"])
            for each in content["people"]
        ]
        asked = Asked(
            tuple((source, account) for source, account in content["asked"]["accounts"]),
            tuple(content["asked"]["emails"]),
        )
        return cls(
            content["id"],
            content["began_at"],
            asked,
            people,
            [Token(**token) for token in content["tokens"]],
            content["vendors"],
            content["done"],
            content["counts"],
        )

    def write(self, path: Path) -> None:
        """Make the plan durable; for its owner's eyes only."""
        content = {
            "id": self.id,
            "began_at": self.began_at,
            "asked": asdict(self.asked),
            "people": [{"accounts": person.accounts, "number": person.number} for person in self.people],
            "tokens": [asdict(token) for token in self.tokens],
            "vendors": self.vendors,
            "done": self.done,
            "counts": self.counts,
        }
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, orjson.dumps(content, option=orjson.OPT_INDENT_2))
            path.chmod(0o600)


@dataclass(frozen=True)
class Rehearsal:
    """What an erasure would do."""

    accounts: tuple[str, ...]
    names: int
    """Names, addresses and external ids that identify the person."""
    words: int
    """Of the user names, those that are ordinary words or somebody else's too."""
    records: int
    parts: int
    all_parts: int
    releases: int
    backups: int
    logs: int
    seeds: tuple[str, ...]
    """Lines of seed files that name the person: `program_members.csv, line 12`."""

    def __str__(self) -> str:
        return f"accounts of the person: {', '.join(self.accounts)}\n{self.counts()}"

    def counts(self) -> str:
        """The same without who it is about."""
        lines = [
            f"linked accounts: {len(self.accounts)}",
            f"found of them: {_counted(self.names, 'name, address or id', 'names, addresses and ids')}",
            f"landing files: {self.records:,} records in {self.parts:,} of {self.all_parts:,} parts would "
            "change",
            "the database would be rebuilt from the landing files, a release built, checked and published",
            f"removed: {_counted(self.releases, 'release')}, {_counted(self.backups, 'backup')}; "
            f"{_counted(self.logs, 'log file')} cleaned; then backed up anew",
        ]
        if self.words:
            lines.append(
                f"{_counted(self.words, 'user name')} could be an ordinary word or is somebody else's too: "
                "replaced where a user name stands (@name, quotes, profile links); with --everywhere in all "
                "texts, if nobody else has it"
            )
        if self.seeds:
            lines.append(f"first change these lines of your seeds: {'; '.join(self.seeds)}")
        return "\n".join([*lines, "nothing was changed"])


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    id: str
    counts: Mapping[str, int]
    seconds: float

    def __str__(self) -> str:
        counts = self.counts
        if not counts:
            return "they were erased before; nothing was done"
        return (
            f"erased: {_counted(counts['people'], 'person', 'people')}, "
            f"{_counted(counts['accounts'], 'account')}; {counts['records']:,} records in "
            f"{counts['parts']:,} landing files rewritten, {_counted(counts['releases'], 'release')} and "
            f"{_counted(counts['backups'], 'backup')} removed; {counts['searched']:,} files searched, "
            f"nothing found; {self.seconds:.0f} s. Erasure {self.id} is in state/{AUDIT}"
        )


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
    entries = _entries(data_dir, plan, keys)
    records, parts, all_parts = _rewrite(layout, plan, entries, keys, wait_seconds, is_rehearsal=True)
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
        logs=len(search(_log_folders(layout, environ), searcher)[0]),
        seeds=tuple(_in_seeds(plan, searcher, environ)),
    )


def read_request(data_dir: Path, name: str) -> Asked:
    """Who a request file names: a line `SOURCE ACCOUNT` or `email ADDRESS` each; raises EraseError.

    It exists so that Airflow, which shows and keeps the parameters of its runs, never learns who it is.
    """
    path = request_file(data_dir, name)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise EraseError(
            f"{path} does not exist. Write it: one line `SOURCE ACCOUNT` or `email ADDRESS` for each person."
        ) from None
    accounts: list[tuple[str, str]] = []
    emails: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        head, _, value = line.strip().partition(" ")
        if not value.strip():
            raise EraseError(f"{path}, line {number}: is neither `SOURCE ACCOUNT` nor `email ADDRESS`.")
        if head == "email":
            emails.append(value.strip())
        else:
            accounts.append((head, value.strip()))
    return Asked(tuple(accounts), tuple(emails))


def request_file(data_dir: Path, name: str) -> Path:
    """Where the request of this name lies; raises EraseError for a name that is none."""
    if not _REQUEST_NAME.match(name):
        raise EraseError("a request's name is the name of a file: letters, digits, dots and dashes")
    return data_dir / "state" / REQUESTS / name


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
    if seeds := list(_in_seeds(plan, searcher, environ)):
        raise EraseError(
            f"seed files name the person: {'; '.join(seeds)}. They are yours, so they are not changed here: "
            "take the lines out, or put in what stands for the account or name (`becomes` under `tokens` in "
            f"{state / PLAN}), and run again. To give up: python -m warehouse erase --cancel"
        )
    entries = _entries(data_dir, plan, keys)

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
        records, parts, _ = _rewrite(layout, plan, entries, keys, wait_seconds)
        return {"records": records, "parts": parts}

    def database() -> Mapping[str, int]:
        with again_from("landing"):
            report = replay(data_dir, sources, schema=schema, wait_seconds=wait_seconds)
        _remove_old(layout, wait_seconds)
        # Comparisons remember the ids of accounts; the next one asks for them anew.
        shutil.rmtree(state / "held", ignore_errors=True)
        return {"loads": len(report.loads)}

    def release() -> Mapping[str, int]:
        return {"releases": _fresh_release(data_dir, publishing or _published)}

    def backups() -> Mapping[str, int]:
        removed = _fresh_backup(data_dir, wait_seconds)
        # Whoever puts landing files or a backup back must put the list back, too.
        with storage_errors(layout.backups):
            layout.backups.mkdir(parents=True, exist_ok=True)
            write_durably(layout.backups / FILE, as_json(entries))
            (layout.backups / FILE).chmod(0o600)
        return {"backups": removed}

    def logs() -> Mapping[str, int]:
        return {"logs": _clean_logs(layout, searcher, environ)}

    def proved() -> Mapping[str, int]:
        with again_from("landing"):
            return {"searched": _prove(data_dir, plan, searcher, entries, keys, wait_seconds, environ)}

    for name, work in zip(STEPS, (listed, landing, database, release, backups, logs, proved), strict=True):
        step(name, work)
    _write_audit(state / AUDIT, plan)
    with storage_errors(state):
        (state / PLAN).unlink()
        sync_folder(state)
    return plan.counts


def _entries(data_dir: Path, plan: Plan, keys: Keys) -> tuple[Entry, ...]:
    """The suppression list with the plan's people."""
    before = read_entries(data_dir)
    have = {(entry.kind, entry.key, entry.hash, entry.source) for entry in before}
    new = [token.entry(key_of(token, keys)) for token in plan.tokens]
    return (*before, *(each for each in new if (each.kind, each.key, each.hash, each.source) not in have))


def _finders(
    landing: Path, plan: Plan, entries: tuple[Entry, ...], keys: Keys
) -> tuple[dict[str, Suppression], dict[str, re.Pattern[str]]]:
    """For each source what substitutes, and what a line that needs it has in it, in lower case."""
    finders: dict[str, Suppression] = {}
    hints: dict[str, re.Pattern[str]] = {}
    # One that is read for the first time has no table yet.
    vendors = {folder.parent.name: vendor for folder, vendor in streams_of(landing).items()}
    for source, vendor in (vendors | plan.vendors).items():
        if vendor not in VENDORS:
            continue
        finders[source] = Suppression(VENDORS[vendor].people, source, entries, dict(keys))
        parts = {
            token.text if token.kind == "account" else max(words(token.text), key=len)
            for token in plan.tokens
            if token.kind != "email" and token.source in (None, source)
        }
        hints[source] = re.compile("|".join(re.escape(lower(part)) for part in sorted(parts)))
    return finders, hints


def _rewrite(
    layout: Layout,
    plan: Plan,
    entries: tuple[Entry, ...],
    keys: Keys,
    wait_seconds: float,
    is_rehearsal: bool = False,
) -> tuple[int, int, int]:
    """Replace the person in every landing file: (records changed, parts changed, parts looked at)."""
    finders, hints = _finders(layout.landing, plan, entries, keys)
    folders = [folder for folder in streams_of(layout.landing) if folder.parent.name in finders]
    total = sum(1 for folder in folders for _ in folder.glob("*/part-*.jsonl.zst"))
    progress = _Progress("landing files", total)
    records = parts = 0
    for folder in folders:
        source, stream = folder.parent.name, folder.name
        finder, hint = finders[source], hints[source]
        with ExitStack() as held:
            if not is_rehearsal:
                _lock_lanes(held, folder, wait_seconds)
                with storage_errors(folder):
                    for leftover in folder.glob("*/*.tmp"):
                        leftover.unlink()
            for part in sorted(folder.glob("*/part-*.jsonl.zst")):
                lines = list(read_lines(part))
                changed = 0
                for place, line in enumerate(lines):
                    if not hint.search(lower(line.decode())):
                        continue
                    clean = orjson.dumps(finder.apply(stream, orjson.loads(line)))
                    if clean != line:
                        lines[place] = clean
                        changed += 1
                if changed:
                    records += changed
                    parts += 1
                    if not is_rehearsal:
                        rewrite_part(part, lines)
                progress.advance()
    return records, parts, total


def _lock_lanes(held: ExitStack, folder: Path, wait_seconds: float) -> None:
    """Keep the stream from being extracted; whoever extracts it now is waited for."""
    deadline = time.monotonic() + wait_seconds
    place = f"source {folder.parent.name}, stream {folder.name}"
    lanes: tuple[Lane, ...] = get_args(Lane)
    for lane in lanes:
        while True:
            try:
                held.enter_context(lane_lock(folder, lane, place))
                break
            except StorageError:
                raise
            except LodestarError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.5)


def _remove_old(layout: Layout, wait_seconds: float) -> None:
    """Remove what was made from the database as it was: its predecessors, candidates, dbt's output."""
    with _both_locks(layout, wait_seconds), storage_errors(layout.data_dir):
        for path in layout.warehouse.glob("community.*duckdb*"):
            if path.name not in (layout.database.name, f"{layout.database.name}.wal", layout.lock.name):
                path.unlink()
        for folder in (layout.candidates, layout.refused, layout.warehouse / "dbt_project"):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("run", "compiled"):
            shutil.rmtree(layout.dbt_target / name, ignore_errors=True)
        (layout.dbt_target / "run_results.json").unlink(missing_ok=True)


@contextmanager
def _both_locks(layout: Layout, wait_seconds: float) -> Iterator[None]:
    with (
        working_lock(layout.data_dir, "erase", wait_seconds),
        locked(layout.publish_lock, "python -m warehouse erase", PUBLISH_WAIT),
    ):
        yield


def _fresh_release(data_dir: Path, publishing: Publishing) -> int:
    """Publish a release without the person and remove all others; how many."""
    layout = Layout(data_dir)
    old = [path for path in layout.releases.glob("*") if (path / RELEASE).is_file()]
    if not old and current_release(layout) is None:
        return 0
    if unpin(data_dir):
        logger.warning("a rollback was pinned to a release that is removed now; it is no longer pinned")
    release = publishing(data_dir)
    with storage_errors(layout.releases):
        for path in layout.releases.iterdir():
            if path.name != release.stamp:
                shutil.rmtree(path)
        sync_folder(layout.releases)
    return len(old)


def _published(data_dir: Path) -> Release:
    """Build, check and publish, as the daily load does."""
    candidate = build(data_dir)
    # The gate in a process of its own: what it needs takes seconds to import and much memory.
    checked = subprocess.run(
        [sys.executable, "-m", "expectations", str(candidate.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=DBT_PROJECT.parent,
    )
    if not (candidate.path / "gate" / "results.json").is_file():
        raise EraseIncomplete(f"the gate could not check the candidate: {checked.stderr.strip()[-300:]}")
    return publish(data_dir, candidate)


def _fresh_backup(data_dir: Path, wait_seconds: float) -> int:
    """Back up the rebuilt database, then remove every earlier backup; how many."""
    layout = Layout(data_dir)
    old = sorted(path for path in layout.backups.glob("*") if path.name != FILE)
    if old:
        fresh = backup(data_dir, wait_seconds=wait_seconds)
        with storage_errors(layout.backups):
            for path in old:
                if path != fresh:
                    path.unlink(missing_ok=True)
            sync_folder(layout.backups)
    return len(old)


def _log_folders(layout: Layout, environ: Mapping[str, str]) -> list[Path]:
    airflow = _airflow(layout, environ)
    return [folder for folder in (layout.logs, airflow / "logs") if folder.is_dir()]


def _airflow(layout: Layout, environ: Mapping[str, str]) -> Path:
    return Path(environ.get("AIRFLOW_HOME") or layout.data_dir / "airflow")


def _clean_logs(layout: Layout, searcher: Searcher, environ: Mapping[str, str]) -> int:
    """Take the person out of log files; how many held something."""
    traces, _ = search(_log_folders(layout, environ), searcher)
    for trace in traces:
        with storage_errors(trace.path):
            if trace.where:
                trace.path.unlink()
                continue
            text = trace.path.read_text("utf-8", errors="surrogateescape")
            clean = searcher.pattern.sub(_IN_LOGS, text)
            write_durably(trace.path, clean.encode("utf-8", errors="surrogateescape"))
    return len(traces)


def _in_seeds(plan: Plan, searcher: Searcher, environ: Mapping[str, str]) -> Iterator[str]:
    """Where seed files name the person, by account or by name: `staff.csv, lines 12, 14`."""
    accounts = {account for person in plan.people for account in person.accounts}
    own = seeds_dir(environ)
    files = {path.name: path for path in (DBT_PROJECT / "seeds").glob("*.csv")}
    files |= {path.name: path for path in own.glob("*.csv")}
    for name, path in sorted(files.items()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restkey="", restval="")
            lines: list[str] = []
            for row in rows:
                named = {
                    (row.get(f"source_name{end}", "").strip(), row.get(f"account_id{end}", "").strip())
                    for end in ("", "_a", "_b")
                }
                if named & accounts or any(map(searcher.text, strings(row))):
                    lines.append(str(rows.line_num))
        if lines:
            yield f"{name}, {'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}"


def _prove(
    data_dir: Path,
    plan: Plan,
    searcher: Searcher,
    entries: tuple[Entry, ...],
    keys: Keys,
    wait_seconds: float,
    environ: Mapping[str, str],
) -> int:
    """Search everything for the person; the number of files. Raises EraseIncomplete naming those found."""
    layout = Layout(data_dir)
    state = data_dir / "state"
    airflow = _airflow(layout, environ)
    folders = [data_dir] + ([] if airflow.resolve().is_relative_to(data_dir.resolve()) else [airflow])
    # The sandbox stands in for the vendors, who are asked to erase by other means.
    skip = (data_dir / "sandbox", state / PLAN, state / REQUESTS)
    total = sum(1 for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())
    progress = _Progress("files searched", total)
    with open_working(data_dir, "erase", wait_seconds) as working:
        traces = search_ids(working.connection, layout.database, searcher, plan.vendors)
    with _both_locks(layout, wait_seconds):
        found, number = search(
            [folder for folder in folders if folder.is_dir()], searcher, skip=skip, told=progress.at
        )
    finders, hints = _finders(layout.landing, plan, entries, keys)
    traces += [*found, *search_landing(layout.landing, finders, hints)]
    if traces:
        raise EraseIncomplete(_left(traces))
    return number


def _left(traces: Sequence[Trace]) -> str:
    places = list(dict.fromkeys(str(trace) for trace in traces))
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return (
        f"the person is still found in {_counted(len(places), 'place')}: {'; '.join(places[:5])}{more}. "
        "Another run may have written there meanwhile: run again. A file that is not Lodestar's must be "
        "cleaned by hand."
    )


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


class _Progress:
    """A log line now and then with what is done, how fast, and what is left."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()

    def advance(self) -> None:
        """One more is done."""
        self.at(self._done + 1)

    def at(self, done: int) -> None:
        """So many are done."""
        self._done = done
        now = time.monotonic()
        if now - self._told >= _LOG_EVERY_SECONDS:
            self._told = now
            rate = done / max(now - self._began, 0.001)
            left = max(self._total - done, 0)
            logger.info(
                "%s: %s of %s, %.0f a second, about %.0f s left",
                self._what,
                f"{done:,}",
                f"{self._total:,}",
                rate,
                left / max(rate, 0.001),
            )


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number:,} {what if number == 1 else many or what + 's'}"
