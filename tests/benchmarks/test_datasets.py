import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.datasets import write_board, write_desk

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


def lines_of(directory: Path, vendor: str, stream: str) -> list[bytes]:
    return gzip.decompress((directory / vendor / f"{stream}.jsonl.gz").read_bytes()).splitlines()


def test_tickets_weigh_about_as_much_as_real_ones(tmp_path):
    tickets = lines_of(write_desk(tmp_path, 500, 0, UNTIL), "zendesk", "tickets")
    assert 1_600 < sum(map(len, tickets)) / 500 < 1_900


def test_records_are_distinct_and_older_than_the_clock(tmp_path):
    write_desk(tmp_path, 300, 200, UNTIL)
    write_board(tmp_path, 100, UNTIL)
    sizes = {
        ("zendesk", "tickets"): 300,
        ("zendesk", "users"): 200,
        ("uservoice", "suggestions"): 100,
        ("uservoice", "supporters"): 1_000,
        ("uservoice", "comments"): 200,
        ("uservoice", "users"): 50,
    }
    for (vendor, stream), size in sizes.items():
        records = [json.loads(line) for line in lines_of(tmp_path, vendor, stream)]
        assert len({record["id"] for record in records}) == len(records) == size
        assert all(datetime.fromisoformat(record["updated_at"]) < UNTIL for record in records)


def test_same_arguments_give_the_same_bytes(tmp_path):
    paths = [write_desk(tmp_path / name, 50, 50, UNTIL) / "zendesk" for name in ("one", "two")]
    for stream in ("tickets", "users"):
        one, two = ((path / f"{stream}.jsonl.gz").read_bytes() for path in paths)
        assert one == two
