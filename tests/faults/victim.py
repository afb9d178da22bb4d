"""Running a command in a forked process that may die on the way, and reading rows in another.

The process that forks never opens a database and starts no thread, so its children begin in a known state,
without the second that importing everything anew would take.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from expectations.__main__ import main as expectations_main
from extractors import clock
from extractors.__main__ import main as extractors_main
from tests.faults.kills import Kill, arm
from warehouse.__main__ import main as warehouse_main

COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "extractors": extractors_main,
    "warehouse": warehouse_main,
    "expectations": expectations_main,
}
LONGEST = 1800.0
"""Seconds after which a command counts as hanging."""

T = TypeVar("T")


class Hangs(Exception):
    """A command that did not end."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int | None
    """Exit code; None if it was killed."""
    output: str
    errors: str
    steps: dict[str, int]
    """What it counted, if it lived."""
    seconds: float

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it, or told it to end."""
        return self.code in (None, 130)

    @property
    def error_lines(self) -> list[str]:
        """The lines a person is to read."""
        return [line for line in self.errors.splitlines() if line.startswith("error:")]


def run(
    command: tuple[str, ...],
    environ: Mapping[str, str],
    *,
    kill: Kill | None = None,
    step: int = 0,
    seconds: float = 0.0,
    prepare: Callable[[], None] = lambda: None,
) -> Ended:
    """Run `module arguments…`; with `kill`, it dies at its `step` or, if timed, after `seconds`.

    `prepare` is called in its process first.
    """
    with tempfile.TemporaryDirectory(prefix="lodestar-victim-") as name:
        folder = Path(name)
        for stream in ("out", "err"):
            (folder / stream).touch()
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            _become(command, environ, folder, kill, step, prepare)
        deadline = began + (seconds if kill and kill.is_timed else LONGEST)
        status = _wait(pid, deadline)
        if status is None:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            if not (kill and kill.is_timed):
                raise Hangs(f"{' '.join(command)} did not end within {LONGEST:.0f} s")
        output, errors = ((folder / stream).read_text("utf-8", "replace") for stream in ("out", "err"))
        counted = folder / "steps.json"
        return Ended(
            None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status),
            output,
            errors,
            json.loads(counted.read_text()) if counted.exists() else {},
            time.monotonic() - began,
        )


def _wait(pid: int, deadline: float) -> int | None:
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(0.005, left))


def _become(
    command: tuple[str, ...],
    environ: Mapping[str, str],
    folder: Path,
    kill: Kill | None,
    step: int,
    prepare: Callable[[], None],
) -> None:
    code = 70
    try:
        for number, stream in ((1, "out"), (2, "err")):
            descriptor = os.open(folder / stream, os.O_WRONLY)
            os.dup2(descriptor, number)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        os.environ.clear()
        os.environ.update(environ)
        # Our clock starts with the process, as if it had been started anew.
        clock._STARTED = time.monotonic()
        steps = arm(kill, step)
        prepare()
        code = COMMANDS[command[0]](list(command[1:]))
        (folder / "steps.json").write_text(json.dumps(steps.counted))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def elsewhere(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` gives, done in a process of its own, because it opens a database."""
    with tempfile.NamedTemporaryFile(prefix="lodestar-answer-") as answer:
        pid = os.fork()
        if pid == 0:
            try:
                Path(answer.name).write_bytes(pickle.dumps(work(*arguments)))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(1)
        _, status = os.waitpid(pid, 0)
        if status:
            raise RuntimeError(f"{getattr(work, '__name__', work)} failed; its trace is above")
        given: T = pickle.loads(answer.read())
        return given
