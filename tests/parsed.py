"""What dbt parsed, handed from one folder of a test run to the next: parsing costs more than most builds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACE = "LODESTAR_TEST_PARSED"
"""Names the run's folder for it."""
_PARSED = "partial_parse.msgpack"


@contextmanager
def parsed(target: Path) -> Iterator[None]:
    """Lends a dbt target folder what an earlier build of this run parsed, and keeps what this one did.

    dbt looks itself which files are others than those that were parsed.
    """
    kept, own = Path(os.environ[PLACE]) / _PARSED, target / _PARSED
    if kept.exists() and not own.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, own)
    yield
    if own.exists() and not kept.exists():
        mine = kept.with_name(f"{_PARSED}.{os.getpid()}")
        shutil.copyfile(own, mine)
        mine.replace(kept)
