"""`python -m tests.faults`: the fault campaign, each scenario compared with an undisturbed run, row by row.

Exit code 0: nothing was lost, doubled or half-published; 1: something was; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.campaign import LANES, campaign, show
from tests.faults.scenarios import deal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is dealt (default 1)")
    parser.add_argument("--scenarios", type=int, default=240, metavar="N", help="how many (default 240)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="TEXT",
        help="only scenarios whose line holds this (as `discourse cut`, `#17 `, `whole`); may be repeated",
    )  # fmt: skip
    parser.add_argument("--lanes", type=int, default=LANES, help=f"scenarios at once (default {LANES})")
    parser.add_argument("--list", action="store_true", help="print the scenarios and try none")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work here and leave what failed")
    options = parser.parse_args(arguments)
    scenarios = [
        scenario
        for scenario in deal(options.seed, options.scenarios)
        if not options.only or any(text in str(scenario) for text in options.only)
    ]
    if not scenarios:
        parser.error("no such scenario; see --list")
    if options.list:
        print("\n".join(str(scenario) for scenario in scenarios))
        return 0
    began = time.monotonic()
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="lodestar-faults-"))).resolve()
    try:
        verdicts = campaign(scenarios, folder, options.seed, options.lanes)
    except KeyboardInterrupt:
        print("error: interrupted; no table", file=sys.stderr)
        return 130
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    show(verdicts, (time.monotonic() - began) / 60)
    return 0 if all(verdict.passed for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
