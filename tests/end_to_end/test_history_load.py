"""The history load beside the daily load: cut, killed and gone on with, it ends in one whole load's rows."""

from __future__ import annotations

import gzip
import importlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from extractors.landing import Checkpoint
from extractors.registry import VENDORS
from tests.end_to_end.pipeline import ROOT, Pipeline, Rows, add_options, behind_sandbox, differences
from warehouse.history import DELETED

NAMES = {"discourse": "forum", "uservoice": "ideas", "zendesk": "desk"}
BEGIN = {"forum": "2026-01-08", "ideas": "2026-02-10", "desk": "2026-02-06"}
"""Dates with records before and after them in each vendor's dataset."""
OURS = "_load_id|_extracted_at|_deleted_at|observed_at"
"""Columns that say when we looked; the vendor's own times of deletes are in its records."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("datasets")
    for vendor in VENDORS:
        (folder / vendor).mkdir()
        dataset = importlib.import_module(f"tests.extractors.datasets.{vendor}")
        for stream, records in dataset.records().items():
            content = b"".join(orjson.dumps(record) + b"\n" for record in records)
            (folder / vendor / f"{stream}.jsonl.gz").write_bytes(gzip.compress(content))
    sources = [f"{name}={vendor}:{folder}" for vendor, name in NAMES.items()]
    options = {name: {"page_size": 20} for name in BEGIN}
    data_dir = tmp_path_factory.mktemp("whole")
    with behind_sandbox(sources, data_dir, options=options) as pipeline:
        yield pipeline.at(datetime(2026, 3, 31, 12, tzinfo=UTC))


def with_start_dates(served: Pipeline, data_dir: Path) -> Pipeline:
    """The same sources, whose daily load begins late; history at a pace that can be seen."""
    pipeline = served.beside(data_dir)
    sources = data_dir / "sources.toml"
    sources.write_text(Path(served.environ["LODESTAR_SOURCES"]).read_text())
    add_options(sources, {name: {"start_date": date} for name, date in BEGIN.items()})
    pipeline.environ["LODESTAR_SOURCES"] = str(sources)
    return pipeline


def seen(pipeline: Pipeline) -> Rows:
    """All raw rows and their history, but for when we looked."""
    return {
        table: [row for row in rows if DELETED not in row]
        for table, rows in pipeline.raw(skip_columns=OURS).items()
    }


def killed_while_reading(pipeline: Pipeline) -> None:
    """Begin the history load and end it with SIGKILL once a page of it is durable."""
    process = subprocess.Popen(
        [sys.executable, "-m", "warehouse", "history"],
        cwd=ROOT,
        env=pipeline.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not any(found.records for found in history_extractions(pipeline)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def history_extractions(pipeline: Pipeline) -> list[Checkpoint]:
    folders = [path.parent for path in pipeline.data_dir.glob("landing/*/*/*/checkpoint.json")]
    return [found for found in map(Checkpoint.read, folders) if found.lane == "backfill"]


def test_killed_and_gone_on_with_it_ends_in_the_rows_of_one_whole_load(served: Pipeline, tmp_path: Path):
    served.read_and_load()
    pipeline = with_start_dates(served, tmp_path)
    pipeline.read_and_load()
    before = {table: len(rows) for table, rows in pipeline.raw().items()}
    killed_while_reading(pipeline)
    done = pipeline.command("warehouse", "history", "--slice-minutes", "0.001")
    assert "slice 2: " in done.stderr
    assert differences(seen(pipeline), seen(served)) == {}
    assert sum(before.values()) < sum(map(len, served.raw().values()))
    assert "all from the beginning to 2026-02-06" in pipeline.command("warehouse", "status").stdout


def test_without_start_date_there_is_nothing_to_read_and_it_says_so(served: Pipeline):
    done = served.command("warehouse", "history", "forum")
    assert "forum: no start_date, so the daily load reads all history itself" in done.stderr
