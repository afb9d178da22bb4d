"""Memory of an extraction and a load as the number of records grows."""

from __future__ import annotations

from benchmarks import lodestar
from benchmarks.datasets import write_desk
from benchmarks.measure import Bench, Measure, Outcome, Target
from benchmarks.stand import serving

TICKETS = 50_000
TIMES = (1, 3, 10)
MEGABYTE = 1_000_000


def measure(bench: Bench) -> Outcome:
    """Peak resident memory of each process at 1, 3 and 10 times the records, once each."""
    counts = {f"desk_{times}": bench.size(TICKETS) * times for times in TIMES}
    bench.say(f"writing up to {max(counts.values()):,} tickets")
    sources = {
        name: ("zendesk", write_desk(bench.folder / name, count, 0, bench.now))
        for name, count in counts.items()
    }
    extractions: list[Measure] = []
    loads: list[Measure] = []
    with serving(bench.folder, sources, bench.now) as stand:
        for name, count in counts.items():
            bench.say(f"{count:,} tickets")
            extraction = Measure(f"extraction of {count:,} tickets", count)
            load = Measure(f"load of {count:,} tickets", count)
            data_dir = bench.folder / "data"
            with stand.counting(name) as asked:
                done = lodestar.extract(stand, name, ["tickets"], data_dir)
            extraction.add(done, asked.requests)
            lodestar.check(lodestar.records_read(data_dir), count, "Lodestar")
            load.add(lodestar.load(stand, data_dir))
            extractions.append(extraction)
            loads.append(load)
    peaks = [one.peak_bytes / MEGABYTE for one in extractions]
    return Outcome(
        "Memory of Lodestar",
        [*extractions, *loads],
        [
            Target("MB at most for an extraction", 300, max(peaks), at_most=True),
            Target("times the memory for ten times the records", 1.25, peaks[-1] / peaks[0], at_most=True),
        ],
    )
