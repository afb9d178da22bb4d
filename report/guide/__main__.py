"""`python -m report.guide RELEASE`: complete the docs of a candidate or release, from a shell.

Exit status: 0 done, 1 something could not be completed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from extractors.errors import LodestarError
from report.guide.complete import complete


def main(arguments: list[str] | None = None) -> int:
    """Complete the docs and say where they are; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m report.guide", description="Complete the dbt docs of a release."
    )
    parser.add_argument("release", type=Path, help="folder of the candidate or release")
    options = parser.parse_args(arguments)
    try:
        problems = complete(options.release)
    except LodestarError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(options.release / "docs" / "index.html")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
