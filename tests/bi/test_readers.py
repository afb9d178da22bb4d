"""A client on DuckDB 1.4 and pandas on Parquet, in their own environments, find the same in a release."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest

from benchmarks import peers
from tests.bi.clients import totals


@pytest.fixture(scope="module")
def expected(release: Path) -> totals.Totals:
    """What the DuckDB that published the release finds in it."""
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        return totals.of_database(connection)


@pytest.mark.parametrize(
    ("peer", "version", "arguments"),
    [("duckdb-1.4", "1.4.", ("duckdb", "community.duckdb")), ("pandas", "26.", ("parquet", "parquet"))],
)
def test_another_reader_finds_the_same_in_a_release(
    release: Path, expected: totals.Totals, peer: str, version: str, arguments: tuple[str, str]
) -> None:
    kind, place = arguments
    done = subprocess.run(
        [peers.python_of(peer), totals.__file__, kind, release / place], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["version"].startswith(version)
    found = told["totals"]
    assert len(found) > 80
    assert found.keys() == expected.keys()
    for table, columns in expected.items():
        assert list(found[table]) == list(columns), table
        for name, (count, different, *values) in columns.items():
            place = f"{table}.{name}"
            assert found[table][name][:2] == [count, different], place
            for one, other in zip(found[table][name][2:], values, strict=True):
                # A sum of doubles depends on the order in which a program takes them.
                assert one == (pytest.approx(other, rel=1e-9) if isinstance(other, float) else other), place
