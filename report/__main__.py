"""`python -m report RELEASE [--out DIR] [--hide-names]`: the community report of a release, from a shell.

Exit status: 0 written, 1 the release can't be read or a chapter could not be made, 2 wrong use.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from extractors.errors import LodestarError
from report.site import write


def main(arguments: list[str] | None = None) -> int:
    """Write the report and say where it is; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m report", description="Write the community report of a release."
    )
    parser.add_argument("release", type=Path, help="folder of the release, holding community.duckdb")
    parser.add_argument("--out", type=Path, help="where to write (default: report/ in the release)")
    parser.add_argument(
        "--hide-names", action="store_true", help="numbers for people's names, no pages of members"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(levelname)s: %(message)s", stream=sys.stderr, level=logging.INFO)
    try:
        written = write(options.release, out=options.out, hide_names=options.hide_names)
    except LodestarError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for problem in written.problems:
        print(f"error: {problem}", file=sys.stderr)
    print(written.folder / "index.html")
    return 1 if written.problems else 0


if __name__ == "__main__":
    sys.exit(main())
