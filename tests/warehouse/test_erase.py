"""A person is erased from a small community of three sources, and does not come back."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
import zstandard

from extractors.config import COMMON_OPTIONS, Connection, SourceConfig, privacy_keys
from extractors.errors import LodestarError
from extractors.landing import lane_lock
from extractors.registry import VENDORS
from extractors.run import extract
from extractors.source import Record
from extractors.suppression import Suppression, Token
from sandbox.app import Sandbox, SourceSpec
from sandbox.run_with import CREDENTIALS
from tests.extractors.datasets import discourse, uservoice, zendesk
from tests.extractors.test_conformance import _served
from warehouse.backup import backup
from warehouse.erasing import derived, landing, run
from warehouse.erasing.people import Asked, EraseError, EraseIncomplete, Person
from warehouse.erasing.plan import AUDIT, PLAN, read_request
from warehouse.erasing.run import cancel, erase, erase_request, rehearse
from warehouse.erasing.traces import Searcher, search
from warehouse.layout import Layout
from warehouse.load import load
from warehouse.releases import Release, switch
from warehouse.replay import replay
from warehouse.schema import read_schema

NOW = "2026-03-31T12:00:00Z"
KEYS = {"LODESTAR_PRIVACY_KEYS": "1:" + "ab" * 32}
EMAIL = "Zoe.Hale@example.org"
USERNAME = "zoe.hale"
NAME = "Zoë Hale-Ångström"
DESK_ID = 9200000109
SCHEMA = read_schema()
DATASETS = {"discourse": discourse, "uservoice": uservoice, "zendesk": zendesk}
SOURCES = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
MENTIONS = {
    1: 'Thank you, @zoe.hale! <a href="/u/zoe.hale">her page</a>, zoe.hale.2 is somebody else.',
    2: '[quote="Zoe.Hale, post:3, topic:1"]so it is[/quote] Zoë Hale-Ångström said so.',
    3: '<img src="/user_avatar/forum/zoe.hale/48/1.png"> https://forum.example.com/u/zoe.hale.json',
}
"""What others wrote about her, by the number of the post."""


def _renamed(value: Any) -> Any:
    """A wire record in which the ninth person of each source is Zoë."""
    if isinstance(value, dict):
        return {key: _renamed(content) for key, content in value.items()}
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    return {"person9": USERNAME, "Person 9": NAME, "person9@example.org": EMAIL}.get(value, value)


def _dataset() -> dict[str, dict[str, list[Record]]]:
    wire = {vendor: _renamed(module.records()) for vendor, module in DATASETS.items()}
    for post in wire["discourse"]["posts"]:
        if post["id"] in MENTIONS:
            post["raw"] = post["cooked"] = MENTIONS[post["id"]]
    wire["discourse"]["topics"][0]["title"] = f"A question for {NAME}"
    desk = json.dumps(wire["zendesk"]).replace('"requester_id": 109', f'"requester_id": {DESK_ID}')
    wire["zendesk"] = json.loads(desk)
    for user in wire["zendesk"]["users"]:
        if user["id"] == 109:
            user |= {"id": DESK_ID, "email": EMAIL.lower(), "name": NAME, "role": "agent"}
    wire["zendesk"]["ticket_events"][3]["child_events"] = [
        {"id": 40, "event_type": "Change", "assignee_id": 101, "previous_value": DESK_ID}
    ]
    return wire


@dataclass
class Community:
    """Three sources in one sandbox, and a data folder."""

    data_dir: Path
    sources: list[SourceConfig]

    @property
    def layout(self) -> Layout:
        return Layout(self.data_dir)

    def copy(self, folder: Path) -> Community:
        shutil.copytree(self.data_dir, folder / "data", symlinks=True)
        return Community(folder / "data", self.sources)

    def read(self) -> None:
        for source in self.sources:
            report = extract(source, self.data_dir, all_sources=self.sources, environ=KEYS)
            assert not report.problems()

    def load(self) -> None:
        report = load(self.data_dir, self.sources, schema=SCHEMA, wait_seconds=0.0, terminal=False)
        assert not report.problems()
        self.build()

    def build(self) -> None:
        """Say which accounts are one person's."""
        with duckdb.connect(str(self.layout.database)) as connection:
            connection.execute(_PEOPLE)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.layout.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def raw(self) -> dict[str, list[str]]:
        """All rows of schema raw but the times of our own work."""
        own = {"_loads": "exclude (loaded_at, seconds)", "_watermarks": "exclude (moved_at)"}
        tables = self.query("select table_name from duckdb_tables() where schema_name = 'raw'")
        return {
            table: sorted(map(repr, self.query(f'select * {own.get(table, "")} from raw."{table}"')))
            for (table,) in tables
            if table != "_declarations"
        }

    def content(self) -> dict[str, list[str]]:
        """Rows of the vendors' tables without when they were seen."""
        own = "exclude (_load_id, _extracted_at)"
        return {
            table: sorted(map(repr, self.query(f'select * {own} from raw."{table}"')))
            for (table,) in self.query("select table_name from duckdb_tables() where schema_name = 'raw'")
            if not table.startswith("_") and not table.endswith("__history")
        }

    def erase(self, *accounts: tuple[str, str], emails: tuple[str, ...] = (), **options: Any) -> Any:
        return erase(
            self.data_dir,
            self.sources,
            Asked(accounts, emails),
            privacy_keys(KEYS),
            schema=SCHEMA,
            publishing=self.publish,
            wait_seconds=0.5,
            environ={"LODESTAR_SEEDS": str(self.data_dir / "none")},
            **options,
        )

    def publish(self, data_dir: Path) -> Release:
        """A release with what the raw tables say of people, as marts would."""
        self.build()
        known = sorted(path.name for path in self.layout.releases.glob("2*"))
        stamp = f"20260331T{int(known[-1][9:15]) + 1 if known else 120000}Z"
        path = self.layout.releases / stamp
        path.mkdir(parents=True)
        with duckdb.connect(str(path / "community.duckdb")) as connection:
            connection.execute(f"attach '{self.layout.database}' as working (read_only)")
            connection.execute("create table people as from working.raw.discourse__admin_users")
            connection.execute(f"copy people to '{path / 'people.parquet'}' (format parquet)")
            names = connection.execute("select username from people").fetchall()
        (path / "index.html").write_text(" ".join(name for (name,) in names))
        (path / "release.json").write_text(json.dumps({"stamp": stamp, "row_counts": {}}))
        release = Release.read(path)
        switch(self.layout, release)
        return release

    def traces(self, *identifiers: str) -> list[str]:
        """Files under the data folder in which an identifier stands, not found as the command finds them."""
        found = []
        for path in self.data_dir.rglob("*"):
            if not path.is_file() or path.is_symlink():
                continue
            content = path.read_bytes()
            if path.suffix == ".zst":
                content = zstandard.ZstdDecompressor().decompress(content)
            if path.suffix in (".duckdb", ".parquet"):
                content += _values(path)
            text = content.decode("utf-8", errors="replace").lower()
            # `zoe.hale.2` is somebody else.
            if any(
                re.search(rf"(?<!\w){re.escape(each.lower())}(?![\w.])", text)
                for each in identifiers
                if each.lower() in text
            ):
                found.append(str(path.relative_to(self.data_dir)))
        return found


def _values(path: Path) -> bytes:
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            return repr(connection.execute(f"from '{path}'").fetchall()).encode()
        connection.execute(f"attach '{path}' as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'other'"
        ).fetchall()
        return repr(
            [connection.execute(f'from other."{schema}"."{table}"').fetchall() for schema, table in tables]
        ).encode()


_PEOPLE = """
create schema if not exists intermediate;
create or replace table intermediate.int_accounts__unioned as
select 'forum:' || id as account_key, username, name as display_name from raw.discourse__admin_users
union all select 'ideas:' || id, null, name from raw.uservoice__users
union all select 'desk:' || id, null, name from raw.zendesk__users;
create or replace table intermediate.int_members__resolved as
with accounts as (
    select 'forum' as source_name, id, email from raw.discourse__admin_users
    union all select 'ideas', id, email_address from raw.uservoice__users
    union all select 'desk', id, email from raw.zendesk__users
)
select source_name || ':' || id as account_key, source_name, cast(id as varchar) as account_id,
    coalesce(first_value(source_name || ':' || id) over (partition by email order by source_name desc),
        source_name || ':' || id) as member_key
from accounts;
"""
"""Stands in for the build: accounts with one address are one person."""


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets")
    for vendor, streams in _dataset().items():
        (folder / vendor).mkdir()
        for stream, records in streams.items():
            with gzip.open(folder / vendor / f"{stream}.jsonl.gz", "wb") as file:
                file.write(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return folder


@pytest.fixture(scope="module")
def served(wire: Path) -> Iterator[str]:
    specs = [SourceSpec(name, vendor, wire) for name, vendor in SOURCES.items()]
    with _served(Sandbox(specs, limited=False).app) as base:
        yield base


def _sources(base: str) -> list[SourceConfig]:
    defaults = {name: default for name, (_, default) in COMMON_OPTIONS.items()}
    defaults |= {"requests_per_minute": 1e6, "retry_minutes": 0.2}
    return [
        SourceConfig(name, vendor, defaults, Connection(f"{base}/{name}", *CREDENTIALS[vendor]))
        for name, vendor in SOURCES.items()
    ]


@pytest.fixture(scope="module")
def loaded(served: str, tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The community read and loaded once; each test takes a copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LODESTAR_NOW", NOW)
        community = Community(tmp_path_factory.mktemp("loaded") / "data", _sources(served))
        community.read()
        community.load()
        community.publish(community.data_dir)
        backup(community.data_dir)
        (community.data_dir / "logs").mkdir()
        (community.data_dir / "logs" / "dbt.log").write_text(f"row of {NAME}\nrow of somebody\n")
        return community


@pytest.fixture
def community(loaded: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Community:
    monkeypatch.setenv("LODESTAR_NOW", "2026-04-01T12:00:00Z")
    return loaded.copy(tmp_path)


@pytest.fixture(scope="module")
def once_erased(loaded: Community, tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The same after the erasure of Zoë; each test takes a copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LODESTAR_NOW", "2026-04-01T12:00:00Z")
        community = loaded.copy(tmp_path_factory.mktemp("erased"))
        told = community.erase(("desk", str(DESK_ID)))
        assert told.counts["accounts"] == 3
        return community


@pytest.fixture
def erased(once_erased: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Community:
    monkeypatch.setenv("LODESTAR_NOW", "2026-04-02T12:00:00Z")
    return once_erased.copy(tmp_path)


@pytest.fixture(scope="module")
def email_hash(loaded: Community) -> str:
    return str(loaded.query("select email from raw.discourse__admin_users where id = 9")[0][0])


@pytest.fixture(scope="module")
def identifiers(email_hash: str) -> list[str]:
    """All that identifies Zoë in any of the sources."""
    return [USERNAME, NAME, EMAIL, email_hash, str(DESK_ID), "forum:9", f"desk:{DESK_ID}"]


COUNTS = """
select (select count(*) from raw.discourse__posts),
    (select count(distinct user_id) from raw.discourse__posts),
    (select count(*) from raw.discourse__admin_users),
    (select count(*) from raw.uservoice__supporters),
    (select count(distinct links ->> 'user') from raw.uservoice__supporters),
    (select count(*) from raw.zendesk__tickets),
    (select count(distinct requester_id) from raw.zendesk__tickets),
    (select max(n) from (select count(*) as n from raw.discourse__posts group by user_id)),
    (select count(*) from raw.discourse__admin_users as f
        inner join raw.uservoice__users as i on f.email = i.email_address
        inner join raw.zendesk__users as d on f.email = d.email)
"""


def test_nothing_of_a_person_is_left_and_a_reload_does_not_bring_them_back(
    loaded: Community, erased: Community, identifiers: list[str]
) -> None:
    assert {path.split("/")[0] for path in loaded.traces(*identifiers)} == {
        *("landing", "warehouse", "published", "backup", "logs")
    }
    assert erased.traces(*identifiers) == []
    assert erased.query(COUNTS) == loaded.query(COUNTS)
    state = erased.data_dir / "state"
    assert not (state / PLAN).exists()
    [audit] = [json.loads(line) for line in (state / AUDIT).read_text().splitlines()]
    assert (audit["people"], audit["releases"], audit["backups"], audit["found_afterwards"]) == (1, 1, 1, 0)
    assert len(list(erased.layout.releases.iterdir())) == 1
    assert len(list(erased.layout.backups.glob("*.duckdb"))) == 1

    content = erased.content()
    (state / "watermarks.json").unlink()
    erased.read()
    erased.load()
    assert erased.traces(*identifiers) == []
    assert erased.content() == content


def test_a_replay_of_the_rewritten_landing_files_gives_the_same_rows(erased: Community) -> None:
    held = erased.raw()
    replay(erased.data_dir, erased.sources, schema=SCHEMA, wait_seconds=0.0, terminal=False)
    assert erased.raw() == held


def test_who_was_erased_before_is_not_looked_for_again(erased: Community) -> None:
    before = _files(erased.data_dir)
    assert "erased before" in str(erased.erase(("forum", "9"), emails=(EMAIL,)))
    assert _files(erased.data_dir) == before


def test_the_search_tells_an_account_from_a_topic_of_the_same_number(tmp_path: Path) -> None:
    searcher = Searcher([], [Person((("forum", "9"),))])
    with duckdb.connect(str(tmp_path / "release.duckdb")) as connection:
        connection.execute("create table topics as select 'forum:9' as topic_key, 'forum:99' as account_key")
    assert search([tmp_path], searcher)[0] == []
    with duckdb.connect(str(tmp_path / "release.duckdb")) as connection:
        connection.execute("create table accepted as select 'forum:9' as opener_account_key")
    [trace] = search([tmp_path], searcher)[0]
    assert trace.where == "main.accepted.opener_account_key"


def test_what_others_wrote_stays_but_for_the_mentions(erased: Community) -> None:
    community = erased
    [number] = {
        name
        for (name,) in community.query("select username from raw.discourse__admin_users where id > 10**9")
    }
    texts = {}
    for part in community.data_dir.glob("landing/forum/posts/*/part-*"):
        for line in zstandard.ZstdDecompressor().decompress(part.read_bytes()).splitlines():
            post = json.loads(line)
            texts[post["id"]] = post["raw"]
            assert (post["raw"] is None) == (post["user_id"] > 10**9)
    assert texts[1] == (
        f'Thank you, @{number}! <a href="/u/{number}">her page</a>, zoe.hale.2 is somebody else.'
    )
    assert texts[2] == f'[quote="{number}, post:3, topic:1"]so it is[/quote] {number} said so.'
    assert texts[3].endswith(f'/{number}/48/1.png"> https://forum.example.com/u/{number}.json')
    [(title,)] = community.query("select title from raw.discourse__topics where id = 1")
    assert title == f"A question for {number}"
    [(change,)] = community.query("select child_events from raw.zendesk__ticket_events where id = 4")
    assert json.loads(change)[0]["assignee_id"] == 101
    assert json.loads(change)[0]["previous_value"] > 10**15


def test_an_erasure_killed_in_every_step_goes_on(
    community: Community, identifiers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = community.query(COUNTS)
    # Where each step is in the midst of its work, and how often that is reached before the kill.
    moments: list[tuple[Any, str, int]] = [
        (landing, "rewrite_part", 3),
        (run, "remove_old", 1),
        (derived, "unpin", 1),
        (sys.modules[__name__], "switch", 1),
        (derived, "backup", 1),
        (run, "clean_logs", 1),
        (run, "_write_audit", 1),
    ]
    for module, name, calls in moments:
        done, left = getattr(module, name), [calls]

        def dies(*arguments: Any, done: Any = done, left: list[int] = left, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return done(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(module, name, dies)
            with pytest.raises(KeyboardInterrupt):
                community.erase(emails=(EMAIL,))
        assert (community.data_dir / "state" / PLAN).exists(), name
    assert community.erase().counts["accounts"] == 3
    assert community.traces(*identifiers) == []
    assert community.query(COUNTS) == before
    assert len((community.data_dir / "state" / AUDIT).read_text().splitlines()) == 1


def test_a_rehearsal_says_what_would_go_and_changes_nothing(community: Community) -> None:
    before = _files(community.data_dir)
    told = rehearse(
        community.data_dir,
        Asked((("ideas", "9"),)),
        privacy_keys(KEYS),
        schema=SCHEMA,
        environ={"LODESTAR_SEEDS": str(community.data_dir / "none")},
    )
    assert set(told.accounts) == {"forum:9", "ideas:9", f"desk:{DESK_ID}"}
    assert (told.releases, told.backups, told.logs, told.words) == (1, 1, 1, 0)
    assert 0 < told.parts < told.all_parts
    assert "nothing was changed" in str(told)
    assert _files(community.data_dir) == before


def _files(folder: Path) -> dict[str, bytes]:
    skipped = ("community.duckdb", ".lock")
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(skipped)
    }


def test_a_seed_that_names_the_person_is_told_before_anything_is_erased(
    community: Community, tmp_path: Path
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "program_members.csv").write_text("program,source_name,account_id,lead\nexperts,forum,9,\n")
    (seeds / "staff.csv").write_text(f"source_name,account_id,role\nforum,5,trained by {NAME}\n")
    asked, keys = Asked((("forum", "9"),)), privacy_keys(KEYS)
    environ = {"LODESTAR_SEEDS": str(seeds)}
    with pytest.raises(EraseError) as refused:
        erase(community.data_dir, community.sources, asked, keys, schema=SCHEMA, environ=environ)
    assert "program_members.csv, line 2; staff.csv, line 2" in str(refused.value)
    assert NAME not in str(refused.value)
    assert community.query("select username from raw.discourse__admin_users where id = 9") == [(USERNAME,)]
    assert cancel(community.data_dir)
    assert not (community.data_dir / "state" / PLAN).exists()


def test_what_is_in_the_way_is_named_and_another_run_goes_on(community: Community) -> None:
    other = community.data_dir / "notes.txt"
    other.write_text(f"call {NAME}")
    lock = lane_lock(community.data_dir / "landing" / "forum" / "posts", "backfill", "forum posts")
    with pytest.raises(LodestarError, match=r"stream posts.*being extracted by another run"):
        community.erase(("forum", "9"))
    lock.close()
    with pytest.raises(EraseIncomplete, match=r"still found in 1 place: .*notes\.txt") as left:
        community.erase()
    assert NAME not in str(left.value)
    other.unlink()
    community.erase()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked((("forum", "4711"),)), "account 1 of those asked for is in no table"),
        (Asked((("nowhere", "9"),)), "its source is not known. Known: desk, forum, ideas"),
        (Asked((), ("nobody@example.org",)), "e-mail address 1 .* belongs to no account"),
        (Asked(), "nobody was named"),
    ],
)
def test_who_can_not_be_found_is_one_line_without_the_identity(
    community: Community, asked: Asked, message: str
) -> None:
    with pytest.raises(EraseError, match=message) as refused:
        community.erase(*asked.accounts, emails=asked.emails)
    assert "4711" not in str(refused.value) and "nobody@" not in str(refused.value)


def test_a_request_is_done_once_and_its_file_removed(erased: Community) -> None:
    request = erased.data_dir / "state" / "erase_requests" / "request-17"
    request.parent.mkdir()
    request.write_text("forum 9\n")
    erase_request(erased.data_dir, erased.sources, "request-17", privacy_keys(KEYS))
    assert not request.exists()


def test_a_request_file_names_people_for_airflow(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "erase_requests"
    folder.mkdir(parents=True)
    (folder / "request-17").write_text(f"forum 9\n\nemail {EMAIL}\n")
    assert read_request(tmp_path, "request-17") == Asked((("forum", "9"),), (EMAIL,))
    with pytest.raises(EraseError, match="name of a file"):
        read_request(tmp_path, "../watermarks.json")
    with pytest.raises(EraseError, match="does not exist"):
        read_request(tmp_path, "other")


def test_another_privacy_key_does_not_bring_them_back(erased: Community) -> None:
    forum = erased.sources[0]
    other = "2:" + "cd" * 32
    alone = {"LODESTAR_PRIVACY_KEYS": other}
    report = extract(
        forum, erased.data_dir, all_sources=erased.sources, streams=["admin_users"], environ=alone
    )
    assert "erased people under privacy key 1" in report.problems()[0]

    [(substitute,)] = erased.query("select email from raw.discourse__admin_users where id > 10**9")
    both = {"LODESTAR_PRIVACY_KEYS": f"{other},{KEYS['LODESTAR_PRIVACY_KEYS']}"}
    extract(forum, erased.data_dir, all_sources=erased.sources, streams=["admin_users"], environ=both)
    erased.load()
    assert erased.query("select email from raw.discourse__admin_users where id > 10**9") == [(substitute,)]
    [(hashed,)] = erased.query("select email from raw.discourse__admin_users where id = 8")
    assert hashed.startswith("k2:")


def test_a_user_name_that_is_a_word_is_replaced_where_a_name_stands() -> None:
    keys = privacy_keys(KEYS)
    token = Token("text", "apple", "erased-1", "forum", mention=True)
    finder = Suppression(VENDORS["discourse"].people, "forum", (token.entry(keys[0]),), dict(keys))
    post = {"raw": '@Apple likes an apple; [quote="apple, post:1"]', "username": "ann"}
    assert finder.apply("posts", post)["raw"] == '@erased-1 likes an apple; [quote="erased-1, post:1"]'


def test_the_list_is_required_to_be_readable(community: Community) -> None:
    (community.data_dir / "state" / "suppressed.json").write_text("{")
    report = extract(
        community.sources[1],
        community.data_dir,
        all_sources=community.sources,
        streams=["users"],
        environ=KEYS,
    )
    assert "keeps erased people out: restore it" in report.problems()[0]


def test_a_proof_that_failed_is_repaired_by_another_run(community: Community, tmp_path: Path) -> None:
    part = min((community.data_dir / "landing" / "forum" / "admin_users").glob("*/checkpoint.json")).parent
    away = shutil.move(part, tmp_path / "away")
    with pytest.raises(LodestarError):
        community.erase(("forum", "9"))
    # As the runbook says: back from wherever it is, though it holds the person.
    shutil.move(away, part)
    community.erase()
    assert community.query("select 1 from raw.discourse__admin_users where username = 'zoe.hale'") == []
    assert not (community.data_dir / "state" / PLAN).exists()


def test_who_is_back_with_restored_files_is_erased_again(community: Community, tmp_path: Path) -> None:
    shutil.copytree(community.data_dir / "landing", tmp_path / "landing")
    community.erase(("forum", "9"))
    assert not (community.data_dir / "state" / "held").exists()
    shutil.rmtree(community.data_dir / "landing")
    shutil.copytree(tmp_path / "landing", community.data_dir / "landing")
    replay(community.data_dir, community.sources, schema=SCHEMA, wait_seconds=0.0, terminal=False)
    community.build()
    assert community.query("select 1 from raw.discourse__admin_users where username = 'zoe.hale'") != []
    assert community.erase(("forum", "9")).counts["records"] > 0
    assert community.query("select 1 from raw.discourse__admin_users where username = 'zoe.hale'") == []


def test_without_the_list_nothing_is_read(erased: Community) -> None:
    (erased.data_dir / "state" / "suppressed.json").unlink()
    with pytest.raises(LodestarError, match=r"suppressed\.json is missing.*put .*backup"):
        Suppression.read(erased.data_dir, "forum", VENDORS["discourse"].people, privacy_keys(KEYS))


def test_before_a_build_nobody_is_erased_by_halves(community: Community) -> None:
    replay(community.data_dir, community.sources, schema=SCHEMA, wait_seconds=0.0, terminal=False)
    with pytest.raises(EraseError, match="Build first"):
        community.erase(("desk", str(DESK_ID)))


@pytest.mark.parametrize("name", ["Élodie Dupont", "Иван Петров", "İbrahim Kaya"])
def test_names_are_found_in_whatever_letters_they_are(name: str) -> None:
    tokens = [Token("text", name, "erased-1")]
    key = ("1", b"k")
    suppression = Suppression(VENDORS["discourse"].people, "forum", (tokens[0].entry(key),), dict([key]))
    post = {"id": 1, "user_id": 5, "username": "bob", "cooked": f"<p>Thanks {name} and {name.upper()}</p>"}
    line = orjson.dumps(post).decode()
    assert Searcher(tokens, []).text(line)
    clean = suppression.apply("posts", post)
    assert clean["cooked"].startswith("<p>Thanks erased-1 and ")
    assert not Searcher(tokens, []).text(str(clean["cooked"]).partition(" and ")[0])


def test_another_person_with_the_user_name_keeps_what_is_theirs() -> None:
    key = ("1", b"k")
    tokens = [Token("account", "47", 900, "forum"), Token("text", "maria", "erased-1", "forum", mention=True)]
    entries = tuple(token.entry(key) for token in tokens)
    suppression = Suppression(VENDORS["discourse"].people, "forum", entries, dict([key]))
    post = {"id": 1, "user_id": 99, "username": "maria", "name": "Maria Lang", "cooked": "<p>my words</p>"}
    assert suppression.apply("posts", dict(post)) == post
    account = {"id": 99, "username": "maria", "name": "Maria Lang", "title": "x"}
    assert suppression.apply("admin_users", dict(account)) == account
    hers = suppression.apply("posts", post | {"user_id": 47})
    assert (hers["username"], hers["user_id"], hers["cooked"]) == ("erased-000000900", 900, None)
    # Where no id tells whose it is, the name does.
    assert suppression.apply("posts", {"id": 2, "username": "maria"})["username"] == "erased-1"


def test_a_seed_saved_by_a_spreadsheet_is_read_like_others(community: Community, tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text("source_name,account_id\nforum,9,one,more\n", "utf-8-sig")
    with pytest.raises(EraseError, match=r"staff\.csv, line 2"):
        erase(
            community.data_dir,
            community.sources,
            Asked((("forum", "9"),)),
            privacy_keys(KEYS),
            schema=SCHEMA,
            publishing=community.publish,
            wait_seconds=0.5,
            environ={"LODESTAR_SEEDS": str(tmp_path)},
        )
