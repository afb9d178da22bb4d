"""Reading dataset directories and moving them through time."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from sandbox.dataset import Dataset, DatasetError, Shape, micros, number_of
from tests.sandbox.datasets import write

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)

LINES = [
    {"id": 1, "likes": 0, "title": "first"},
    {"id": 2, "likes": 0, "_from": "2026-01-15T00:00:00Z"},
    {"id": 1, "likes": 3, "_patch": True, "_from": "2026-01-20T00:00:00Z"},
    {"id": 2, "_delete": True, "_from": "2026-02-10T00:00:00Z"},
    {"id": 1, "likes": 2, "_patch": True, "_from": "2026-02-20T00:00:00Z"},
]


def dataset(directory: Path, lines: list[dict[str, object]], shape: Shape | None = None) -> Dataset:
    write(directory, "zendesk", {"things": lines})
    return Dataset(
        directory, "zendesk", {"things": shape or Shape({"likes": number_of("likes")}), "absent": Shape()}
    )


def shown(one: Dataset) -> list[dict[str, object]]:
    table = one["things"]
    return [orjson.loads(body) for body in table.bodies(table.rows())]


def test_the_state_at_a_moment_is_the_fold_of_the_lines_in_effect(tmp_path):
    one = dataset(tmp_path, LINES)
    one.move_to(JANUARY)
    assert shown(one) == [{"id": 1, "likes": 0, "title": "first"}]
    one.move_to(FEBRUARY)
    assert shown(one) == [{"id": 1, "likes": 3, "title": "first"}, {"id": 2, "likes": 0}]
    one.move_to(MARCH)
    assert shown(one) == [{"id": 1, "likes": 2, "title": "first"}]


def test_going_step_by_step_and_going_at_once_give_the_same(tmp_path):
    at_once, by_steps = dataset(tmp_path, LINES), dataset(tmp_path, LINES)
    at_once.move_to(MARCH)
    for moment in (JANUARY, FEBRUARY, MARCH):
        by_steps.move_to(moment)
    assert shown(at_once) == shown(by_steps)
    assert at_once["things"].column("likes").tolist() == by_steps["things"].column("likes").tolist() == [2, 0]


def test_time_goes_back(tmp_path):
    one = dataset(tmp_path, LINES)
    one.move_to(MARCH)
    one.move_to(JANUARY)
    assert shown(one) == [{"id": 1, "likes": 0, "title": "first"}]


def test_a_line_takes_effect_at_its_very_moment(tmp_path):
    one = dataset(tmp_path, LINES)
    one.move_to(datetime(2026, 1, 14, 23, 59, 59, 999999, tzinfo=UTC))
    assert len(one["things"]) == 1
    one.move_to(datetime(2026, 1, 15, tzinfo=UTC))
    assert len(one["things"]) == 2


def test_a_record_without_server_only_keys_is_served_byte_for_byte(tmp_path):
    folder = tmp_path / "zendesk"
    folder.mkdir()
    line = b'{"id": 7,  "n": 1.0, "name": "Zo\\u00eb"}'
    (folder / "things.jsonl.gz").write_bytes(gzip.compress(line + b"\r\n\n"))
    one = Dataset(tmp_path, "zendesk", {"things": Shape()})
    one.move_to(MARCH)
    assert one["things"].bodies([0]) == [line]


def test_other_server_only_keys_are_known_to_the_server_and_never_served(tmp_path):
    one = dataset(tmp_path, [{"_group_id": 5, "id": 1}], Shape({"group": number_of("_group_id")}))
    one.move_to(MARCH)
    assert shown(one) == [{"id": 1}]
    assert one["things"].column("group").tolist() == [5]


def test_what_is_derived_is_kept_until_a_record_changes(tmp_path):
    one = dataset(tmp_path, LINES)
    one.move_to(JANUARY)
    made: list[int] = []

    def count() -> int:
        made.append(len(one["things"]))
        return made[-1]

    assert [one.derived("count", count), one.derived("count", count)] == [1, 1]
    one.move_to(FEBRUARY)
    assert one.derived("count", count) == 2
    assert made == [1, 2]


def test_a_deleted_record_can_leave_a_trace_and_can_come_back(tmp_path):
    lines = [
        {"id": 1, "status": "open"},
        {"id": 1, "_delete": True, "_from": "2026-01-10T00:00:00Z"},
        {"id": 1, "status": "new", "_from": "2026-02-10T00:00:00Z"},
    ]
    buried = Shape(bury=lambda record, when: {**record, "status": f"gone {when:%m-%d}"})
    one = dataset(tmp_path, lines, buried)
    one.move_to(FEBRUARY)
    assert shown(one) == [{"id": 1, "status": "gone 01-10"}]
    one.move_to(MARCH)
    assert shown(one) == [{"id": 1, "status": "new"}]


def test_a_stream_without_a_file_is_empty(tmp_path):
    one = dataset(tmp_path, [])
    one.move_to(MARCH)
    assert len(one["absent"]) == 0
    assert one["absent"].bodies(one["absent"].rows()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b'{"id": 1}\n{"id": \n'), "line 2: no JSON"),
        (gzip.compress(b"[1]\n"), "line 1: not a JSON object"),
        (gzip.compress(b'{"name": "x"}\n'), "line 1: the key field 'id' is missing"),
        (
            gzip.compress(b'{"id": 1, "_patch": true}\n'),
            "line 1: changes a record that no earlier line gives",
        ),
        (gzip.compress(b'{"id": 1, "_from": "soon"}\n'), "line 1: `_from` is no ISO time"),
        (gzip.compress(b'{"id": 1}\n' * 1000)[:-20], "damaged after line"),
        (b"plain text", "damaged after line 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_file_is_named_with_its_line(tmp_path, content, message):
    (tmp_path / "zendesk").mkdir()
    (tmp_path / "zendesk" / "things.jsonl.gz").write_bytes(content)
    one = Dataset(tmp_path, "zendesk", {"things": Shape()})
    with pytest.raises(DatasetError, match=r"things\.jsonl\.gz") as caught:
        one.move_to(MARCH)
    assert message in str(caught.value)


def test_a_directory_without_the_vendor_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="does not exist"):
        Dataset(tmp_path, "zendesk", {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01", 0),
        ("2013-02-04T15:26:25.977-05:00", 1_360_009_585_977_000),
        ("soon", -(2**63)),
        (None, -(2**63)),
    ],
)
def test_times_become_microseconds(text, expected):
    assert micros(text) == expected
