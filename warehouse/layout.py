"""Where things lie under DATA_DIR."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The folder of pyproject.toml."""
DBT_PROJECT = PROJECT / "dbt_project"
DATABASE = "community.duckdb"


@dataclass(frozen=True)
class Layout:
    """The folders and files of one DATA_DIR; nothing is created by asking."""

    data_dir: Path

    @property
    def landing(self) -> Path:
        """What extraction wrote."""
        return self.data_dir / "landing"

    @property
    def watermarks(self) -> Path:
        """Where the next extractions start; written by load only."""
        return self.data_dir / "state" / "watermarks.json"

    @property
    def warehouse(self) -> Path:
        return self.data_dir / "warehouse"

    @property
    def database(self) -> Path:
        """The working database, one process at a time."""
        return self.warehouse / DATABASE

    @property
    def lock(self) -> Path:
        """Locked by whoever has the working database open; holds JSON about him."""
        return self.warehouse / f"{DATABASE}.lock"

    @property
    def spill(self) -> Path:
        """Temporary files of DuckDB and of load; emptied whenever the lock is taken."""
        return self.warehouse / "tmp"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest and results of the last build."""
        return self.warehouse / "dbt"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def published(self) -> Path:
        return self.data_dir / "published"

    @property
    def candidates(self) -> Path:
        """Built, not yet published."""
        return self.published / "candidates"

    @property
    def releases(self) -> Path:
        return self.published / "releases"

    @property
    def refused(self) -> Path:
        """The last candidates the gate refused, for a look at what was wrong."""
        return self.published / "refused"

    @property
    def current(self) -> Path:
        """Relative symlink to the release consumers read."""
        return self.published / "current"

    @property
    def pin(self) -> Path:
        """Exists while a rollback keeps later runs from switching `current`."""
        return self.published / "pin"

    @property
    def publish_lock(self) -> Path:
        return self.published / ".lock"

    @property
    def backups(self) -> Path:
        return self.data_dir / "backup"
