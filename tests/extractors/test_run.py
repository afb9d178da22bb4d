"""Running a source: streams side by side, failures apart, lanes, watermarks, resume."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from extractors import run
from extractors.display import Display
from extractors.errors import ConfigError, StorageError
from extractors.http import Api
from extractors.landing import Checkpoint, complete_extractions, read_lines
from extractors.report import ExtractReport
from extractors.run import extract
from extractors.source import Fetching, Page, Private, Record, Source, Start, Stream
from tests.extractors.stand_in import configured

KEYS = {"LODESTAR_PRIVACY_KEYS": "1:" + "ab" * 32}
START = datetime(2026, 1, 1, tzinfo=UTC)


class Vendor:
    """A made-up vendor; its streams are set by each test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self.folder = folder

    def has(self, *streams: Stream) -> None:
        source = Source("made_up", "https://example.com", streams, lambda config: Api(config))
        self._monkeypatch.setattr(run, "VENDORS", MappingProxyType({"made_up": source}))

    def extract(self, environ=KEYS, options=None, **more) -> ExtractReport:
        source = configured("https://made-up.example", "made_up", "ideas", **(options or {}))
        return extract(source, self.folder, all_sources=[source], environ=environ, **more)

    def loaded(self) -> None:
        """Move the watermarks as load does."""
        marks: dict[str, Any] = {}
        for found in complete_extractions(self.folder / "landing"):
            marks.setdefault(found.source, {}).setdefault(found.stream, {})[found.lane] = found.watermark
        (self.folder / "state").mkdir(exist_ok=True)
        (self.folder / "state" / "watermarks.json").write_text(json.dumps(marks))

    def records(self) -> list[Record]:
        return [
            orjson.loads(line)
            for found in complete_extractions(self.folder / "landing")
            for part in found.parts()
            for line in read_lines(part)
        ]


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vendor:
    return Vendor(monkeypatch, tmp_path)


def counting(pages: int, fail_at: int | None = None, error: Exception | None = None):
    """A fetch function of pages with one record each; goes on from the watermark, may fail once at a page."""
    state = {"failed": False}

    def fetch(api: Api, start: Start) -> Fetching:
        after = (start.resume or start.watermark or {"at": 0})["at"]
        for number in range(after + 1, pages + 1):
            if number == fail_at and not state["failed"]:
                state["failed"] = True
                raise error or api.error("it broke", "Mend it")
            yield Page([{"id": number}], {"at": number})
        return {"at": pages}

    return fetch


def test_every_stream_is_read_and_reported(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(3)), Stream("b", ("id",), counting(2)))
    seen: list[tuple[str, str, int, int | None]] = []
    report = vendor.extract(progress=lambda *values: seen.append(values))
    assert [(s.stream, s.status, s.records, s.pages) for s in report.streams] == [
        ("a", "ok", 3, 3),
        ("b", "ok", 2, 2),
    ]
    assert not report.failed and report.records == 5 and report.problems() == []
    expected = [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2)]
    assert sorted(seen, key=lambda values: values[:3]) == [(s, "new", n, None) for s, n in expected]
    assert json.loads(json.dumps(report.as_dict()))["records"] == 5


def noted(api: Api, start: Start) -> Fetching:
    api.note("two of its pages are for administrators")
    yield Page([{"id": number} for number in range(1200)], {"at": 1})
    return {"at": 1}


def test_each_finished_stream_and_each_note_is_logged(vendor: Vendor, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, logger="lodestar.extract")
    vendor.has(Stream("a", ("id",), noted), Stream("b", ("id",), counting(3, fail_at=3)))
    vendor.extract()
    lines = sorted(re.sub(r"[\d.]+ s$", "N s", record.getMessage()) for record in caplog.records)
    assert lines == [
        "ideas a: 1,200 records, 0 requests, N s",
        "ideas a: two of its pages are for administrators",
        "ideas b: failed, 2 records, 0 requests, N s",
    ]


def test_the_command_shows_what_is_logged_once(vendor: Vendor, capsys: pytest.CaptureFixture[str]):
    vendor.has(Stream("a", ("id",), noted))
    with Display(on_terminal=False):
        vendor.extract()
    shown = capsys.readouterr()
    assert shown.err.count("ideas a: 1,200 records") == 1
    assert shown.err.count("for administrators") == 1
    assert shown.out == ""


def test_one_failed_stream_does_not_stop_the_others(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(3, fail_at=2)), Stream("b", ("id",), counting(2)))
    report = vendor.extract()
    assert [(s.stream, s.status) for s in report.streams] == [("a", "failed"), ("b", "ok")]
    assert report.failed
    assert report.problems() == ["source ideas, stream a: it broke. Mend it."]
    assert [found.stream for found in complete_extractions(vendor.folder / "landing")] == ["b"]


def test_the_next_run_goes_on_after_the_last_durable_page(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(4, fail_at=3)))
    assert vendor.extract().failed
    report = vendor.extract()
    assert [(s.status, s.records) for s in report.streams] == [("ok", 2)]
    assert [record["id"] for record in vendor.records()] == [1, 2, 3, 4]


def test_the_same_failure_of_many_streams_is_told_once(vendor: Vendor):
    vendor.has(*(Stream(name, ("id",), counting(1, fail_at=1)) for name in "abc"))
    assert vendor.extract().problems() == ["source ideas, streams a, b, c: it broke. Mend it."]


def test_an_unforeseen_error_tells_its_place_and_no_value(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(2, fail_at=1, error=KeyError("mallory@example.com"))))
    (line,) = vendor.extract().problems()
    assert line.startswith("source ideas, stream a: unexpected KeyError in test_run.py, line ")
    assert "mallory" not in line


def test_the_reread_lane_begins_once_the_first_load_is_done(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(2), reread=counting(1)))
    assert [s.lane for s in vendor.extract().streams] == ["new"]
    vendor.loaded()
    assert [s.lane for s in vendor.extract().streams] == ["new", "reread"]


def test_the_daily_load_leaves_history_and_comparison_to_their_own_runs(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(2), backfill=counting(3), reconcile=counting(1)))
    assert [s.lane for s in vendor.extract().streams] == ["new"]
    vendor.loaded()
    assert [s.lane for s in vendor.extract().streams] == ["new"]


def test_comparison_and_history_begin_once_the_first_load_is_done(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(2), backfill=counting(3), reconcile=counting(1)))
    options = {"start_date": START}
    assert vendor.extract(options=options, lanes=("reconcile", "backfill")).streams == ()
    vendor.extract(options=options)
    vendor.loaded()
    lanes = vendor.extract(options=options, lanes=("reconcile", "backfill")).streams
    assert [s.lane for s in lanes] == ["reconcile", "backfill"]


def test_a_snapshot_that_may_not_be_seen_concludes_nothing(vendor: Vendor):
    def hidden(api: Api, start: Start) -> Fetching:
        api.note("the key may not see it")
        yield from ()
        return start.watermark

    def empty(api: Api, start: Start) -> Fetching:
        yield Page([], {})
        return None

    vendor.has(
        Stream("a", ("id",), hidden, snapshot=True),
        Stream("b", ("id",), empty, snapshot=True),
    )
    report = vendor.extract()
    assert [(s.status, s.notes) for s in report.streams] == [
        ("skipped", ("the key may not see it",)),
        ("ok", ()),
    ]
    (found,) = complete_extractions(vendor.folder / "landing")
    assert (found.stream, found.snapshot, found.records) == ("b", True, 0)


def test_after_max_minutes_a_stream_is_left_for_the_next_run(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(3)), Stream("b", ("id",), counting(3), ordered=True))
    report = vendor.extract(options={"max_minutes": 1e-9})
    assert [(s.status, s.records) for s in report.streams] == [("unfinished", 1), ("unfinished", 1)]
    # Every page of an ordered stream is a watermark, so what was read can be loaded.
    assert [found.watermark for found in complete_extractions(vendor.folder / "landing")] == [{"at": 1}]
    vendor.loaded()
    vendor.extract()
    assert sorted(record["id"] for record in vendor.records()) == [1, 1, 2, 2, 3, 3]


def test_a_new_privacy_key_reads_hashed_streams_again(vendor: Vendor):
    vendor.has(
        Stream("a", ("id",), counting(2), private={"email": Private.HASH}),
        Stream("b", ("id",), counting(2)),
    )
    vendor.extract()
    vendor.loaded()
    assert vendor.extract().records == 0
    vendor.loaded()
    report = vendor.extract({"LODESTAR_PRIVACY_KEYS": "2:" + "cd" * 32 + "," + "1:" + "ab" * 32})
    assert [(s.stream, s.records) for s in report.streams] == [("a", 2), ("b", 0)]
    assert "privacy key has changed" in report.streams[0].notes[0]


def test_private_data_never_reaches_the_disk(vendor: Vendor):
    def fetch(api: Api, start: Start) -> Fetching:
        yield Page([{"id": 1, "email": "mallory@example.com", "note": "ip 203.0.113.77"}], {"at": 1})
        return None

    vendor.has(Stream("a", ("id",), fetch, private={"email": Private.HASH}))
    vendor.extract()
    (record,) = vendor.records()
    assert record["email"].startswith("k1:") and record["note"] == "ip [ip]"
    checkpoints = [path.read_text() for path in vendor.folder.rglob("checkpoint.json")]
    assert checkpoints and "mallory" not in "".join(checkpoints)


def test_without_a_privacy_key_nothing_is_read(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(1)))
    with pytest.raises(ConfigError, match="LODESTAR_PRIVACY_KEYS is not set"):
        vendor.extract({})
    assert not (vendor.folder / "landing").exists()


def test_an_unknown_stream_lists_the_known_ones(vendor: Vendor):
    vendor.has(Stream("a", ("id",), counting(1)))
    with pytest.raises(ConfigError, match=r"unknown stream c.* has: a"):
        vendor.extract(streams=["c"])


def test_a_disk_that_is_nearly_full_is_refused_before_anything_is_read(vendor: Vendor, monkeypatch):
    vendor.has(Stream("a", ("id",), counting(1)))
    usage = type("usage", (), {"free": 2**20})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StorageError, match="only 1 MB are free"):
        vendor.extract()


def test_stopping_leaves_what_is_durable_and_returns_soon(vendor: Vendor):
    stop = threading.Event()

    def endless(api: Api, start: Start) -> Fetching:
        for number in range(1, 1_000_000):
            yield Page([{"id": number}], {"at": number})
            if number == 3:
                stop.set()
                api.get("/never")
        return None

    vendor.has(Stream("a", ("id",), endless))
    began = time.monotonic()
    report = vendor.extract(stop=stop)
    assert time.monotonic() - began < 5
    assert [(s.status, s.records) for s in report.streams] in ([("unfinished", 3)], [("failed", 3)])
    (path,) = vendor.folder.glob("landing/ideas/a/*/checkpoint.json")
    assert Checkpoint.read(path.parent).resume == {"at": 3}


def test_a_report_names_lanes_of_streams_in_declared_order(vendor: Vendor):
    vendor.has(*(Stream(name, ("id",), counting(1), reread=counting(1)) for name in "abcdef"))
    vendor.extract()
    vendor.loaded()
    streams = vendor.extract().streams
    assert [(s.stream, s.lane) for s in streams] == [
        (n, lane) for lane in ("new", "reread") for n in "abcdef"
    ]
    assert replace(streams[0], seconds=0.0).seconds == 0.0


def command(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("LODESTAR_", "AIRFLOW_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "extractors", *arguments],
        cwd=root,
        env=clean | {"DATA_DIR": str(folder / "data")} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_links_to_a_further_site_of_another_source_stay(vendor: Vendor):
    text = "https://forum.example.com/t/a/1 https://www.example.net/x https://talk.example.org/t/b/2?u=ada"

    def fetch(api: Api, start: Start) -> Fetching:
        yield Page([{"id": 1, "text": text}], {})
        return {}

    vendor.has(Stream("notes", ("id",), fetch, private={"text": Private.TEXT}))
    own = configured("https://made-up.example", "made_up", "ideas")
    sites = ["https://forum.example.com", "https://talk.example.org/"]
    forum = configured("https://forum.internal", "made_up", "forum", sites=sites)
    extract(own, vendor.folder, all_sources=[own, forum], environ=KEYS)
    assert vendor.records()[0]["_links"] == [
        "https://forum.example.com/t/a/1",
        "https://talk.example.org/t/b/2",
    ]


def test_a_site_that_is_no_address_is_refused(vendor: Vendor):
    vendor.has()
    own = configured("https://made-up.example", "made_up", "ideas")
    forum = configured("https://forum.internal", "made_up", "forum", sites=["forum.example.com"])
    with pytest.raises(ConfigError, match="source forum: sites must be addresses"):
        extract(own, vendor.folder, all_sources=[own, forum], environ=KEYS)


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (["desks"], {}, "unknown source desks. Known: ideas, desk"),
        (["ideas"], {"LODESTAR_PRIVACY_KEYS": ""}, "LODESTAR_PRIVACY_KEYS is not set"),
        (["ideas"], {}, "source ideas: no connection. Set AIRFLOW_CONN_IDEAS="),
        (["ideas"], {"AIRFLOW_CONN_IDEAS": "https://ideas.example"}, "needs login and password"),
        (["ideas"], {"AIRFLOW_CONN_IDEAS": "http://a:b@127.0.0.1:1"}, "127.0.0.1:1 refuses the connection"),
        (
            ["ideas", "--stream", "user"],
            {"AIRFLOW_CONN_IDEAS": "http://a:b@127.0.0.1:1"},
            "unknown stream user",
        ),
    ],
)
def test_a_mistake_ends_the_command_with_one_clear_line(tmp_path: Path, arguments, environ, words):
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[sources.ideas]\nvendor = "uservoice"\nretry_minutes = 0.01\n[sources.desk]\nvendor = "zendesk"\n'
    )
    result = command(tmp_path, *arguments, **({"LODESTAR_SOURCES": str(sources)} | KEYS | environ))
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert result.returncode == 1
    assert len(errors) == 1 and words in errors[0]
    assert "Traceback" not in result.stderr
    assert not list((tmp_path / "data").rglob("part-*"))


def test_wrong_usage_ends_with_exit_code_2(tmp_path: Path):
    assert command(tmp_path, "--streams").returncode == 2
