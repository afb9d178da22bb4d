"""`python -m expectations CANDIDATE_DIR [--previous RELEASE_DIR | --accept-drop]`: the gate from a shell.

Exit status: 0 the candidate may be published (perhaps with warnings), 1 it is refused or can't be read,
2 wrong use.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from expectations.gate import check
from extractors.errors import LodestarError


def main(arguments: list[str] | None = None) -> int:
    """Check the candidate and print what did not hold; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m expectations", description="Check a candidate release and write its gate/ page."
    )
    parser.add_argument("candidate", type=Path, help="folder of the candidate, holding community.duckdb")
    parser.add_argument(
        "--previous",
        type=Path,
        help="folder of the release to compare with (default: the `current` beside candidates/)",
    )
    parser.add_argument(
        "--accept-drop",
        action="store_true",
        help="compare with no release: for rows that are rightly gone",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(levelname)s: %(message)s", stream=sys.stderr)
    current = options.candidate.resolve().parent.parent / "current"
    previous = options.previous or (current if current.is_dir() else None)
    if options.accept_drop:
        previous = None
    try:
        answer = check(options.candidate, previous)
    except LodestarError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{'passed' if answer.passed else 'refused'}: {len(answer.results)} checks, "
        f"{len(answer.warned)} warnings, {len(answer.failed)} stop the release; "
        f"the page: {options.candidate / 'gate' / 'index.html'}"
    )
    return 0 if answer.passed else 1


if __name__ == "__main__":
    sys.exit(main())
