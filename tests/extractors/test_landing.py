"""Landing files: durable pages, continuation, two attempts at once, a full disk."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from extractors import clock
from extractors.errors import LodestarError, StorageError
from extractors.landing import (
    Checkpoint,
    Extraction,
    complete_extractions,
    new_extract_id,
    read_lines,
    read_watermarks,
)
from extractors.source import Page

ASKED = datetime(2026, 3, 1, 8, 15, 30, 125, tzinfo=UTC)


def opened(folder: Path, **changes) -> Extraction:
    return Extraction.open(
        folder, **({"source": "ideas", "vendor": "uservoice", "stream": "users"} | changes)
    )


def page(*ids: int) -> Page:
    return Page([{"id": number} for number in ids], {"after": ids[-1] if ids else None}, ASKED)


def landed(checkpoint: Checkpoint) -> list[int]:
    return [orjson.loads(line)["id"] for part in checkpoint.parts() for line in read_lines(part)]


def test_a_record_is_landed_as_sent_with_the_time_its_page_was_asked_for(tmp_path: Path):
    record = {"id": 1, "text": "Zeile\nzwei ü", "nested": {"a": [1.5, None, True]}, "big": 2**62}
    with opened(tmp_path) as extraction:
        extraction.write_page(Page([dict(record), {}], {}, ASKED))
        checkpoint = extraction.finish({"w": 1}, ["seen less"])
    first, second = (orjson.loads(line) for line in read_lines(checkpoint.parts()[0]))
    assert first == {"_extracted_at": "2026-03-01T08:15:30.000125Z", **record}
    assert next(iter(first)) == "_extracted_at"
    assert second == {"_extracted_at": "2026-03-01T08:15:30.000125Z"}
    again = complete_extractions(tmp_path / "landing")
    assert [(found.watermark, found.notes, found.records) for found in again] == [
        ({"w": 1}, ["seen less"], 2)
    ]
    assert again[0].parts() == checkpoint.parts()


def test_parts_that_the_checkpoint_does_not_name_do_not_exist(tmp_path: Path):
    with opened(tmp_path) as extraction:
        extraction.write_page(page(1))
        folder = extraction.checkpoint.folder
        (folder / "part-000001-zzzzzz.jsonl.zst").write_bytes(b"stray")
        (folder / "part-000001-abcdef.jsonl.zst.12.tmp").write_bytes(b"half")
        assert len(Checkpoint.read(folder).parts()) == 1


def test_an_unfinished_extraction_is_continued_after_its_last_durable_page(tmp_path: Path):
    with opened(tmp_path, started_from={"w": 1}, settings_hash="h") as first:
        first.write_page(page(1, 2))
        first.write_page(page(3))
        (first.checkpoint.folder / "part-000002-gone00.jsonl.zst").write_bytes(b"not in the checkpoint")
    with opened(tmp_path, started_from={"w": 1}, settings_hash="h") as second:
        assert second.checkpoint.extract_id == first.checkpoint.extract_id
        assert second.checkpoint.resume == {"after": 3}
        assert second.started_at == first.started_at
        second.write_page(page(4))
        checkpoint = second.finish({"w": 2})
    assert landed(checkpoint) == [1, 2, 3, 4]
    assert [(attempt.first, attempt.count) for attempt in checkpoint.attempts] == [(0, 2), (2, 1)]
    assert len({attempt.token for attempt in checkpoint.attempts}) == 2


@pytest.mark.parametrize(
    "change",
    [{"started_from": {"w": 2}}, {"settings_hash": "other"}, {"lane": "reread"}, {"stream": "comments"}],
)
def test_another_start_is_another_extraction(tmp_path: Path, change):
    with opened(tmp_path, started_from={"w": 1}, settings_hash="h") as first:
        first.write_page(page(1))
    with opened(tmp_path, **({"started_from": {"w": 1}, "settings_hash": "h"} | change)) as second:
        assert second.checkpoint.extract_id != first.checkpoint.extract_id
        assert second.checkpoint.resume is None


def test_a_complete_extraction_is_never_continued(tmp_path: Path):
    with opened(tmp_path) as first:
        first.finish(None)
    with opened(tmp_path) as second:
        assert second.checkpoint.extract_id != first.checkpoint.extract_id


def test_an_interrupted_snapshot_older_than_an_hour_starts_afresh(tmp_path: Path, monkeypatch):
    with opened(tmp_path, snapshot=True) as first:
        first.write_page(page(1))
    with opened(tmp_path, snapshot=True) as second:
        assert second.checkpoint.extract_id == first.checkpoint.extract_id
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with opened(tmp_path, snapshot=True) as third:
        assert third.checkpoint.extract_id != first.checkpoint.extract_id


def test_a_second_run_of_the_same_stream_is_refused_and_names_the_first(tmp_path: Path):
    with (
        opened(tmp_path),
        pytest.raises(LodestarError, match=rf"stream users \(process {os.getpid()} on .*another run"),
    ):
        opened(tmp_path)
    with opened(tmp_path), opened(tmp_path, lane="reread"):
        pass


def test_two_attempts_that_get_past_the_lock_do_not_mix(tmp_path: Path, monkeypatch):
    # Locks of some shared file systems don't hold between machines.
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    first = opened(tmp_path)
    first.write_page(page(1))
    second = opened(tmp_path)
    with pytest.raises(LodestarError, match="another run has taken over"):
        first.write_page(page(2))
    second.write_page(page(20))
    checkpoint = second.finish({"w": 1})
    assert landed(checkpoint) == [1, 20]
    with pytest.raises(LodestarError, match="taken over"):
        first.finish({"w": 9})
    assert Checkpoint.read(checkpoint.folder).watermark == {"w": 1}


def test_a_full_disk_is_one_clear_line_and_leaves_the_last_page_intact(tmp_path: Path, monkeypatch):
    extraction = opened(tmp_path)
    extraction.write_page(page(1))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"no space left for .*Free some there or move DATA_DIR") as caught:
        extraction.write_page(page(2))
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    extraction.close()
    assert not list(extraction.checkpoint.folder.glob("*.tmp"))
    with opened(tmp_path) as again:
        assert again.checkpoint.resume == {"after": 1}


def test_a_page_is_durable_before_the_checkpoint_names_it(tmp_path: Path, monkeypatch):
    events: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        events.append(
            "sync " + ("part" if name.startswith("part") else "checkpoint" if "check" in name else "folder")
        )
        real_fsync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        events.append("rename " + ("part" if path.name.startswith("part") else "checkpoint"))
        return real_rename(path, target)

    with opened(tmp_path) as extraction:
        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "rename", rename)
        extraction.write_page(page(1))
    assert events == [
        "sync part",
        "rename part",
        "sync folder",
        "sync checkpoint",
        "rename checkpoint",
        "sync folder",
    ]


def test_a_damaged_part_is_told_and_not_read_as_shorter(tmp_path: Path):
    with opened(tmp_path) as extraction:
        extraction.write_page(page(*range(1000)))
        checkpoint = extraction.finish(None)
    part = checkpoint.parts()[0]
    for damaged in (part.read_bytes()[:-6], part.read_bytes()[:-1] + b"\0"):
        part.write_bytes(damaged)
        with pytest.raises(StorageError, match="Restore it from a backup"):
            list(read_lines(part))


def test_a_damaged_checkpoint_is_told(tmp_path: Path):
    with opened(tmp_path) as extraction:
        checkpoint = extraction.finish(None)
    (checkpoint.folder / "checkpoint.json").write_text("{")
    with pytest.raises(StorageError, match=r"checkpoint\.json can't be read"):
        complete_extractions(tmp_path / "landing")
    assert complete_extractions(tmp_path / "landing", skip={checkpoint.extract_id}) == []


def test_complete_extractions_come_in_the_order_in_which_they_began(tmp_path: Path):
    ids = []
    for stream in ("users", "comments", "users"):
        with opened(tmp_path, stream=stream) as extraction:
            ids.append(extraction.finish(None).extract_id)
    with opened(tmp_path, stream="labels"):
        pass
    assert [found.extract_id for found in complete_extractions(tmp_path / "landing")] == ids


def test_extract_ids_sort_by_time():
    first = new_extract_id(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert first.startswith("20260102T030405000006Z-")
    assert first < new_extract_id(datetime(2026, 1, 2, 3, 4, 5, 7, tzinfo=UTC))


def test_watermarks_are_read_as_load_wrote_them(tmp_path: Path):
    assert read_watermarks(tmp_path) == {}
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "watermarks.json").write_text('{"ideas": {"users": {"new": {"w": 1}}}}')
    assert read_watermarks(tmp_path)["ideas"]["users"]["new"] == {"w": 1}
    (tmp_path / "state" / "watermarks.json").write_text("{")
    with pytest.raises(StorageError, match="python -m warehouse load"):
        read_watermarks(tmp_path)
