"""Showing how a load gets on: bars on a terminal, log lines elsewhere."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

logger = logging.getLogger("lodestar.load")


class LoadProgress:
    """One line an extraction; a bar while it is loaded if `terminal`."""

    def __init__(self, terminal: bool | None = None) -> None:
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not self._terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> LoadProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, label: str, records: int) -> None:
        """An extraction of so many records is being loaded."""
        self._task = self._bars.add_task(label, total=records)

    def advance(self, records: int) -> None:
        """So many more of its records were read."""
        if self._task is not None:
            self._bars.advance(self._task, records)

    def end(self, line: str, well: bool = True) -> None:
        """What came of it, in one line."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        if self._terminal:
            self._bars.console.print(line, style="" if well else "red", highlight=False, markup=False)
        else:
            logger.log(logging.INFO if well else logging.ERROR, "%s", line)
