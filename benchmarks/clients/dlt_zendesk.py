"""Zendesk tickets into DuckDB with dlt's rest_api source; runs in dlt's own environment.

Usage: dlt_zendesk.py BASE_URL FOLDER {nested|flat} [FORMAT]. `nested` is dlt's default, child tables for
lists; `flat` keeps lists and objects as JSON columns, as Lodestar does. FORMAT is the loader's file format;
everything else that dlt's performance guide suggests comes in the environment (benchmarks/zendesk.py).
Prints the number of tickets.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dlt  # type: ignore[import-not-found]
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth  # type: ignore[import-not-found]
from dlt.sources.helpers.rest_client.paginators import (  # type: ignore[import-not-found]
    JSONResponseCursorPaginator,
)
from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]


class ExportPaginator(JSONResponseCursorPaginator):  # type: ignore[misc]
    """Ends where the export says so: dlt's own has a field for "more", none for "end"."""

    def update_state(self, response: Any, data: list[Any] | None = None) -> None:
        """Take the cursor of an answer, and whether it is the last."""
        super().update_state(response, data)
        if response.json()["end_of_stream"]:
            self._has_next_page = False


def main(base_url: str, folder: str, shape: str, loader_format: str | None = None) -> None:
    """Read all tickets and load them."""
    source = rest_api_source(
        {
            "client": {
                "base_url": base_url,
                "auth": HttpBasicAuth("agent@sandbox.example/token", "sandbox-token"),
                "paginator": ExportPaginator(cursor_path="after_cursor", cursor_param="cursor"),
            },
            "resources": [
                {
                    "name": "tickets",
                    "primary_key": "id",
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "api/v2/incremental/tickets/cursor.json",
                        "params": {"start_time": 0, "include": "metric_sets", "per_page": 1000},
                        "data_selector": "tickets",
                    },
                }
            ],
        }
    )
    if shape == "flat":
        source.max_table_nesting = 0
    pipeline = dlt.pipeline(
        "tickets",
        destination=dlt.destinations.duckdb(str(Path(folder) / "tickets.duckdb")),
        dataset_name="desk",
        pipelines_dir=str(Path(folder) / "pipelines"),
    )
    pipeline.run(source, loader_file_format=loader_format)
    print(pipeline.last_trace.last_normalize_info.row_counts["tickets"])


if __name__ == "__main__":
    main(*sys.argv[1:])
