"""What every source must do, run over all of them against the sandbox.

A new vendor needs a module in `tests/extractors/datasets/` and nothing here.
"""

from __future__ import annotations

import gzip
import importlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn

from extractors import landing
from extractors.config import COMMON_OPTIONS, Connection, SourceConfig
from extractors.landing import Checkpoint, Extraction, complete_extractions, read_lines
from extractors.registry import VENDORS
from extractors.report import ExtractReport
from extractors.run import extract
from extractors.source import Private, Record, Stream
from sandbox import serve as sandbox_serve
from sandbox.app import Sandbox, SourceSpec
from sandbox.faults import KINDS, PAGES, REFUSED, Listed, Plan
from sandbox.run_with import CREDENTIALS
from tests.extractors.stand_in import serve as serve_stand_in

NOW = "2026-03-31T12:00:00Z"
KEYS = {"LODESTAR_PRIVACY_KEYS": "1:" + "ab" * 32}
NAME = "site"

Keys = dict[str, set[tuple[Any, ...]]]
Rows = dict[str, dict[tuple[Any, ...], Record]]

every_vendor = pytest.mark.parametrize("vendor", sorted(VENDORS))


def expected_keys(vendor: str) -> dict[str, set[tuple[Any, ...]]]:
    keys: dict[str, set[tuple[Any, ...]]] = importlib.import_module(
        f"tests.extractors.datasets.{vendor}"
    ).expected()
    return keys


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTAR_NOW", NOW)


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets")
    for vendor in VENDORS:
        (folder / vendor).mkdir()
        for stream, records in (
            importlib.import_module(f"tests.extractors.datasets.{vendor}").records().items()
        ):
            with gzip.open(folder / vendor / f"{stream}.jsonl.gz", "wb") as file:
                file.write(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return folder


class Site:
    """A source in the sandbox, its data folder, and what has landed of it."""

    def __init__(self, vendor: str, base_url: str, sandbox: Sandbox, folder: Path) -> None:
        self.vendor = vendor
        self.base_url = base_url
        self.sandbox = sandbox
        self.folder = folder

    @property
    def streams(self) -> tuple[Stream, ...]:
        return VENDORS[self.vendor].streams

    def config(self, **options: Any) -> SourceConfig:
        login, password = CREDENTIALS[self.vendor]
        defaults = {name: default for name, (_, default) in COMMON_OPTIONS.items()}
        defaults |= {"page_size": 20, "requests_per_minute": 1e6, "retry_minutes": 0.2}
        connection = Connection(self.base_url, login, password)
        return SourceConfig(NAME, self.vendor, defaults | options, connection)

    def extract(self, streams: list[str] | None = None, **options: Any) -> ExtractReport:
        source = self.config(**options)
        return extract(source, self.folder, all_sources=[source], streams=streams, environ=KEYS)

    def history(
        self, minutes: float | None = None, since: datetime | None = None, **options: Any
    ) -> ExtractReport:
        """Read a slice of history; with hardly any `minutes`, one page of each stream."""
        source = self.config(**options)
        return extract(
            source,
            self.folder,
            all_sources=[source],
            lanes=("backfill",),
            since=since,
            minutes=minutes,
            environ=KEYS,
        )

    def load(self) -> None:
        """Move the watermarks as load does."""
        marks: dict[str, dict[str, Any]] = {}
        for found in complete_extractions(self.folder / "landing"):
            marks.setdefault(found.stream, {})[found.lane] = found.watermark
        (self.folder / "state").mkdir(exist_ok=True)
        (self.folder / "state" / "watermarks.json").write_text(json.dumps({NAME: marks}))

    def landed(self, stream: str) -> list[Record]:
        """All complete records of a stream in the order of observation, without the time of observation."""
        found = []
        for checkpoint in complete_extractions(self.folder / "landing"):
            if checkpoint.stream == stream:
                for part in checkpoint.parts():
                    found += [orjson.loads(line) for line in read_lines(part)]
        for record in found:
            assert re.fullmatch(r"2026-03-31T\d\d:\d\d:\d\d\.\d{6}Z", record.pop("_extracted_at"))
        return found

    def rows(self) -> Rows:
        """The newest version of each record by stream and key."""
        return {
            stream.name: {
                tuple(record[name] for name in stream.key): record for record in self.landed(stream.name)
            }
            for stream in self.streams
        }

    def keys(self) -> Keys:
        return {stream: set(rows) for stream, rows in self.rows().items()}


Serve = Callable[..., Site]


@contextmanager
def _served(app: Any) -> Iterator[str]:
    sock = sandbox_serve.listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=sandbox_serve.HttpProtocol, ws="none", lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    sock.listen(128)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        sock.close()


@pytest.fixture
def site(datasets: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts a vendor's stand-in; `faults` and `wrap` (an ASGI wrapper) change what it answers."""
    servers = []

    def start(vendor: str, *, faults: Plan | None = None, wrap: Callable[[Any], Any] | None = None) -> Site:
        sandbox = Sandbox([SourceSpec(NAME, vendor, datasets)], limited=False, faults=faults)
        server = _served(wrap(sandbox.app) if wrap else sandbox.app)
        servers.append(server)
        return Site(vendor, f"{server.__enter__()}/{NAME}", sandbox, tmp_path / "data")

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def complaints(report: ExtractReport) -> list[str]:
    return report.problems() + [s.stream for s in report.streams if s.status not in ("ok", "skipped")]


def test_no_vendor_touches_the_network_at_import():
    code = (
        "import socket\n"
        "def refuse(*_, **__): raise SystemExit('the network was touched')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from extractors.registry import VENDORS\n"
        "print(len(VENDORS))\n"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout.strip()) == (0, str(len(VENDORS))), result.stderr


@every_vendor
def test_a_vendor_says_where_its_records_name_accounts(vendor: str):
    people = VENDORS[vendor].people
    assert people.accounts, "an erased person could not be recognised"
    assert people.accounts.keys() <= {stream.name for stream in VENDORS[vendor].streams}
    hashed = {
        path.rpartition(".")[2]
        for stream in VENDORS[vendor].streams
        if stream.name in people.accounts
        for path, rule in stream.private.items()
        if rule is Private.HASH
    }
    assert hashed <= people.key_fields


@every_vendor
def test_a_vendor_is_declared_as_the_project_names_things(vendor: str):
    source = VENDORS[vendor]
    slug = re.compile(r"[a-z][a-z0-9_]*\Z")
    assert source.documentation.startswith("https://")
    assert len({stream.name for stream in source.streams}) == len(source.streams) > 0
    assert not set(source.options) & set(COMMON_OPTIONS)
    for stream in source.streams:
        assert slug.match(stream.name) and stream.key
    assert set(expected_keys(vendor)) == {stream.name for stream in source.streams}
    assert all(expected_keys(vendor).values())


@every_vendor
def test_every_record_arrives_to_the_last_page_and_has_its_key(vendor: str, site: Serve):
    served = site(vendor)
    report = served.extract()
    assert complaints(report) == []
    assert {s.stream for s in report.streams if s.status == "skipped"} == set()
    assert served.keys() == expected_keys(vendor)
    for stream in served.streams:
        by_key: dict[tuple[Any, ...], Record] = {}
        for record in served.landed(stream.name):
            key = tuple(record[name] for name in stream.key)
            assert None not in key
            assert by_key.setdefault(key, record) == record, f"two records of {stream.name} share a key"


@every_vendor
def test_a_second_run_reads_little_and_changes_nothing(vendor: str, site: Serve):
    served = site(vendor)
    served.extract()
    rows = served.rows()
    served.load()
    for _ in range(2):
        report = served.extract()
        assert complaints(report) == []
        assert served.rows() == rows
        served.load()


@every_vendor
def test_private_addresses_are_hashed(vendor: str, site: Serve):
    served = site(vendor)
    served.extract()
    text = json.dumps([list(rows.values()) for rows in served.rows().values()])
    assert "@example.org" not in text
    assert "203.0.113.9" not in text
    assert '"k1:' in text


@every_vendor
def test_every_form_of_429_is_honoured_and_loses_nothing(vendor: str, site: Serve):
    listed = tuple(Listed("/", kind, nth=2 + 4 * place) for place, kind in enumerate(REFUSED))
    served = site(vendor, faults=Plan(listed=listed))
    report = served.extract()
    assert complaints(report) == []
    assert served.keys() == expected_keys(vendor)
    told = served.sandbox._injector.report(NAME)
    assert told["faults"] == dict.fromkeys(REFUSED, 1)
    assert told["impatient"] == 0


@every_vendor
def test_faults_of_every_kind_end_in_the_same_rows(vendor: str, site: Serve, tmp_path: Path):
    calm = site(vendor)
    calm.extract()
    kinds = tuple(kind for kind in KINDS if kind not in REFUSED)
    stormy = site(vendor, faults=Plan(seed=11, rate=0.2, kinds=kinds, hang_seconds=0.2))
    stormy.folder = tmp_path / "stormy"
    for _ in range(4):
        report = stormy.extract()
        if not report.failed:
            break
    assert complaints(report) == []
    assert stormy.rows() == calm.rows()


@every_vendor
@pytest.mark.parametrize("bent", ["empty", "truncated", "cut"])
def test_a_page_that_arrives_empty_or_cut_is_not_the_end(vendor: str, bent: str, site: Serve):
    listed = tuple(Listed("/", bent, nth=number) for number in range(3, 40, 6))
    served = site(vendor, faults=Plan(listed=listed))
    assert complaints(served.extract()) == []
    assert served.keys() == expected_keys(vendor)


@every_vendor
@pytest.mark.parametrize("repeating", PAGES)
def test_pages_that_say_records_twice_hide_none(vendor: str, repeating: str, site: Serve):
    served = site(vendor, faults=Plan(seed=3, rate=1.0, kinds=(repeating,)))
    assert complaints(served.extract()) == []
    assert served.keys() == expected_keys(vendor)


class Killed(BaseException):
    """Stands for the end of the process: nothing tidies up after it."""


@every_vendor
def test_a_killed_extraction_resumes_after_its_last_durable_page(
    vendor: str, site: Serve, monkeypatch: pytest.MonkeyPatch
):
    served = site(vendor)
    calm = {s.stream: s for s in served.extract().streams}
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    resumed = 0
    for stream in served.streams:
        if calm[stream.name].pages < 3:
            continue
        resumed += 1
        served.folder = served.folder.parent / f"killed-{stream.name}"
        _killed_after(2, served, stream, monkeypatch)
        (folder,) = served.folder.glob(f"landing/*/{stream.name}/*/")
        durable = Checkpoint.read(folder)
        assert durable.status == "running"
        (report,) = [s for s in served.extract([stream.name]).streams if s.lane == "new"]
        assert (report.status, report.extract_id) == ("ok", durable.extract_id)
        whole = calm[stream.name]
        landed = Checkpoint.read(folder)
        assert len(landed.attempts) == 2 and landed.attempts[1].first == 2
        assert whole.pages - 2 <= report.pages <= whole.pages - 1, "at most one page is read again"
        assert {tuple(r[name] for name in stream.key) for r in served.landed(stream.name)} == expected_keys(
            vendor
        )[stream.name]
    assert resumed


def _killed_after(pages: int, served: Site, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    write_page = Extraction.write_page

    def write_and_die(self: Extraction, *arguments: Any) -> None:
        nonlocal written
        write_page(self, *arguments)
        written += 1
        if written == pages:
            # As after kill -9: a part that is written, but not in the checkpoint.
            (self.checkpoint.folder / landing.part_name(pages, "killed")).write_bytes(b"half")
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Extraction, "write_page", write_and_die)
        served.extract([stream.name])


# Each vendor's streams have records before and after one of these.
BEGINNINGS = ("01-08 00:00", "02-02 00:00", "02-06 02:00", "02-14 00:30", "02-26 12:00")
MOST_SLICES = 40


@every_vendor
def test_the_daily_load_and_history_together_give_what_a_load_without_start_date_gives(
    vendor: str, site: Serve, tmp_path: Path
):
    whole = site(vendor)
    whole.extract()
    split: set[str] = set()
    for text in BEGINNINGS:
        begin = datetime.fromisoformat(f"2026-{text}:00+00:00")
        served = site(vendor)
        served.folder = tmp_path / text
        assert complaints(served.extract(start_date=begin)) == []
        served.load()
        sizes = {name: len(keys) for name, keys in served.keys().items()}
        halves = {name for name, size in sizes.items() if 0 < size < len(whole.keys()[name])}
        if halves <= split:
            continue
        split |= halves
        for number in range(MOST_SLICES):
            report = served.history(minutes=1e-9, start_date=begin)
            assert report.problems() == []
            if number % 2:
                served.load()
            if not any(stream.status == "unfinished" for stream in report.streams):
                break
        else:
            pytest.fail("the history never ends")
        assert served.rows() == whole.rows()
        served.load()
        assert served.history(start_date=begin).streams == ()
    assert {stream.name for stream in whole.streams if stream.backfill} - split == set()


@every_vendor
def test_links_to_other_hosts_are_never_asked(vendor: str, site: Serve):
    with serve_stand_in() as elsewhere:

        def lie(app: Any) -> Any:
            async def lying(scope: Any, receive: Any, send: Any) -> None:
                own = dict(scope["headers"])[b"host"]
                other = elsewhere.base_url.removeprefix("http://").encode()

                async def changed(message: Any) -> None:
                    if message["type"] == "http.response.start":
                        headers = [(n, v) for n, v in message["headers"] if n != b"content-length"]
                        message = message | {"headers": headers}
                    elif "body" in message:
                        message = message | {"body": message["body"].replace(own, other)}
                    await send(message)

                uncompressed = [(n, v) for n, v in scope["headers"] if n != b"accept-encoding"]
                await app(scope | {"headers": uncompressed}, receive, changed)

            return lying

        served = site(vendor, wrap=lie)
        report = served.extract()
        assert elsewhere.seen == []
        for stream in report.streams:
            keys = served.keys()[stream.stream]
            assert stream.status == "failed" or keys == expected_keys(vendor)[stream.stream]


@every_vendor
def test_wrong_credentials_are_one_clear_line(vendor: str, site: Serve):
    served = site(vendor)
    config = served.config()
    wrong = SourceConfig(NAME, vendor, config.options, Connection(served.base_url, "wrong", "hush-hush"))
    report = extract(wrong, served.folder, all_sources=[wrong], environ=KEYS)
    assert report.failed
    lines = report.problems()
    assert all("AIRFLOW_CONN_SITE" in line and "hush-hush" not in line for line in lines)
    assert len(lines) <= len(served.streams)
