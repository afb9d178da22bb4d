"""Whether a daily run was well, from what its tasks did and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def verdict(states: Mapping[str, str | None], errors: Mapping[str, Sequence[str] | None]) -> list[str]:
    """One line for each thing that was not well; empty if the run was.

    `states` are the run's task states by task (a mapped task as `extract_0`), `errors` the lines that tasks
    left. A failed task that left none is named; tasks that were not run because of it are not.
    """
    said = [line for lines in errors.values() for line in lines or ()]
    explained = {task for task, lines in errors.items() if lines}
    unexplained = sorted(
        task for task, state in states.items() if state == "failed" and task not in explained
    )
    return [*dict.fromkeys(said), *(f"task {task} failed: see its log" for task in unexplained)]
