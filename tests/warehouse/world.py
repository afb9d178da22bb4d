"""A made-up vendor for the warehouse tests: declarations, and landing files as extraction writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from extractors.config import SourceConfig
from extractors.landing import Extraction
from extractors.source import Page
from warehouse.load import LoadReport, load
from warehouse.schema import Schema, read_schema

SOURCES_YAML = """
version: 2
sources:
  - name: raw
    schema: raw
    tables:
      - name: board__ideas
        config:
          meta:
            vendor: board
            stream: ideas
            key: [id]
            not_loaded: [html]
            deleted_when: "state = 'removed'"
        columns:
          - {name: id, data_type: bigint}
          - {name: title, data_type: varchar}
          - {name: state, data_type: varchar, config: {meta: {history: state}}}
          - {name: votes, data_type: integer, config: {meta: {history: "coalesce(votes, 0)"}}}
          - {name: created_at, data_type: timestamptz}
          - {name: score, data_type: double}
          - {name: open, data_type: boolean}
          - {name: due, data_type: date}
          - {name: extra, data_type: json}
      - name: board__labels
        config:
          meta: {vendor: board, stream: labels, key: [name]}
        columns:
          - {name: name, data_type: varchar}
          - {name: colour, data_type: varchar}
      - name: board__gone
        config:
          meta: {vendor: board, stream: gone, key: [id], marks_deleted: {table: board__ideas, at: gone_at}}
        columns:
          - {name: id, data_type: bigint}
          - {name: gone_at, data_type: timestamptz}
      - name: _loads
"""
DAY = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
"""When the made-up community's first extraction begins."""

Records = Sequence[dict[str, Any]]
HISTORY = (
    "select id, field, observed_at, value from raw.board__ideas__history order by observed_at, id, field"
)
"""Query: every row of history, in the order of observation."""


def source(name: str = "ideas", **options: Any) -> SourceConfig:
    """A configured source of the made-up vendor."""
    return SourceConfig(name, "board", options, None)


def at(minutes: float) -> datetime:
    """So many minutes after DAY."""
    return DAY + timedelta(minutes=minutes)


class World:
    """One DATA_DIR with its declarations."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.declarations = folder / "staging"
        self.sources = [source()]
        self.declare(SOURCES_YAML)

    def declare(self, text: str) -> None:
        """Replace the sources YAML."""
        path = self.declarations / "board" / "_board__sources.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def schema(self) -> Schema:
        return read_schema(self.declarations)

    @property
    def database(self) -> Path:
        return self.data_dir / "warehouse" / "community.duckdb"

    def land(
        self,
        stream: str,
        *pages: tuple[float, Records],
        watermark: dict[str, Any] | None = None,
        started_from: dict[str, Any] | None = None,
        lane: Any = "new",
        snapshot: bool = False,
        started: float | None = None,
        source: str = "ideas",
        finish: bool = True,
    ) -> str:
        """Write an extraction of pages (minutes after DAY it was asked for, its records). Returns its id."""
        began = at(started if started is not None else (pages[0][0] if pages else 0))
        with Extraction.open(
            self.data_dir,
            source=source,
            vendor="board",
            stream=stream,
            lane=lane,
            started_from=started_from,
            snapshot=snapshot,
        ) as extraction:
            extraction.checkpoint.started_at = began.isoformat()
            for minutes, records in pages:
                extraction.write_page(Page(list(records), {}, at(minutes)))
            if finish:
                extraction.finish(watermark)
            return extraction.checkpoint.extract_id

    def load(self, **options: Any) -> LoadReport:
        """Load what is pending."""
        return load(
            self.data_dir, self.sources, schema=self.schema, wait_seconds=0.0, terminal=False, **options
        )

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the working database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql, list(values)).fetchall()

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of schema raw, sorted, by table; without the times of our own work."""
        tables = [
            name for (name,) in self.query("select table_name from duckdb_tables() where schema_name = 'raw'")
        ]
        own = {
            "_loads": "loaded_at, seconds",
            "_watermarks": "moved_at",
            "_rejected": "rejected_at",
            "_sources": "configured_at, retired_at",
            "_declarations": "declared_at",
        }
        return {
            name: sorted(
                self.query(f'select * {f"exclude ({own[name]})" if name in own else ""} from raw."{name}"'),
                key=repr,
            )
            for name in sorted(tables)
        }
