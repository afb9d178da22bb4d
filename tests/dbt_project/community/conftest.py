"""One simulated community, read, loaded and built once, for every independent computation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.end_to_end.pipeline import Pipeline, behind_sandbox, small_community
from tests.once import once

END = datetime(2026, 6, 15, tzinfo=UTC)
"""The day on which the community is looked at: in the middle of a month."""
SIZE = {"members": 400, "months": 30, "posts": 14_000, "requests": 250, "tickets": 700}


@dataclass(frozen=True)
class Community:
    """The built warehouse of a simulated community, and the simulation's ground truth."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    """The simulated dataset: truth/, seeds/ and the vendors' records."""
    as_of: pd.Timestamp
    """What happened before is known."""
    known_until: pd.Timestamp
    """Months that ended by then are over."""

    def frame(self, query: str) -> pd.DataFrame:
        """The rows of a query over the schemas marts, intermediate, staging, seeds and raw; times in UTC."""
        return self.connection.execute(query).df()

    def rows(self, query: str) -> list[Any]:
        """The same as named tuples, null as None, times as pandas.Timestamp."""
        frame = self.frame(query)
        objects = frame.astype(object)
        return list(objects.where(frame.notna(), None).itertuples(index=False, name="Row"))

    def truth(self, name: str) -> pd.DataFrame:
        """A table of the simulation's ground truth."""
        return pd.read_csv(next((self.folder / "truth").glob(f"{name}.csv*")))


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    """Built from nothing, read on two days, unless LODESTAR_TEST_COMMUNITY names a built working database.

    Beside the latter stands what it was made from: LODESTAR_TEST_DATASET, and the instants of its build,
    LODESTAR_TEST_AS_OF and LODESTAR_TEST_KNOWN_UNTIL.
    """
    if given := os.environ.get("LODESTAR_TEST_COMMUNITY"):
        folder = Path(os.environ["LODESTAR_TEST_DATASET"])
        instants = (os.environ["LODESTAR_TEST_AS_OF"], os.environ["LODESTAR_TEST_KNOWN_UNTIL"])
        with opened(Path(given)) as connection:
            yield Community(connection, folder, *(pd.Timestamp(each, tz="UTC") for each in instants))
        return
    folder = built_community(tmp_path_factory)
    with opened(Pipeline(folder / "data", {}).database) as connection:
        midnight = pd.Timestamp(END)
        yield Community(connection, folder / "dataset", midnight + pd.Timedelta(days=1), midnight)


def built_community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that community: `dataset/` it was made from, `data/` with the build."""
    return once(tmp_path_factory, "community", _build)


def _build(folder: Path) -> None:
    sources = small_community(folder / "dataset", seed=19, end=END, **SIZE)
    with behind_sandbox(sources, folder / "data") as pipeline:
        pipeline.at(END - timedelta(days=30)).read_and_load()
        pipeline.at(END).read_and_load()
        pipeline.command("warehouse", "build")


@pytest.fixture
def copied(community: Community, tmp_path: Path) -> Path:
    """A copy of the built database, to write to."""
    built = community.connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    assert built
    return Path(shutil.copy(built[0], tmp_path / "community.duckdb"))


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """A built working database, read only, with times in UTC."""
    connection = duckdb.connect(str(database), read_only=True)
    connection.execute("set timezone = 'UTC'")
    return connection
