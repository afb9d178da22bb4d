"""How fast the sandbox serves, so that it is not what the other benchmarks measure."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.datasets import write_desk
from benchmarks.measure import Bench, Measure, Outcome, Target, run
from benchmarks.stand import serving

TICKETS = 200_000


def measure(bench: Bench) -> Outcome:
    """A client that only takes the bytes and finds the next cursor, over HTTPS as in all benchmarks."""
    tickets = bench.size(TICKETS)
    bench.say(f"writing {tickets:,} tickets")
    desk = write_desk(bench.folder / "desk", tickets, 0, bench.now)
    pages = Measure("pages of 1,000 tickets", tickets)
    script = Path(__file__).parent / "clients" / "read_pages.py"
    with serving(bench.folder, {"desk": ("zendesk", desk)}, bench.now) as stand:
        command = [sys.executable, script, f"{stand.base_url}/desk", str(stand.authority)]
        for number in range(1, bench.repeat + 1):
            bench.say(f"{number} of {bench.repeat}")
            with stand.counting("desk") as asked:
                done = run(command, stand.trusting(), bench.folder)
            pages.add(done, asked.requests)
    return Outcome(
        "The sandbox itself",
        [pages],
        [Target("tickets a second", 50_000, pages.speed)],
        ["The client's start-up is part of the time."],
    )
