"""Whether a daily run was well, from what its tasks did and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def verdict(states: Mapping[str, str | None], errors: Sequence[Sequence[str] | None]) -> list[str]:
    """One line for each thing that was not well; empty if the run was.

    `states` are the run's task states by task, `errors` the lines that tasks left. A task that failed
    without a line is named; tasks that only follow a failed one are not.
    """
    said = list(dict.fromkeys(line for lines in errors for line in lines or ()))
    failed = [task for task, state in states.items() if state == "failed" and task != "verdict"]
    unexplained = [task for task in failed if not (task.startswith("extract") and said)]
    return said + [f"task {task} failed: see its log" for task in sorted(unexplained)]
