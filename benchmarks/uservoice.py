"""A UserVoice board: Lodestar's extraction beside tap-uservoice. Neither loads anything."""

from __future__ import annotations

from benchmarks import lodestar, peers
from benchmarks.datasets import SPAN, write_board
from benchmarks.measure import Bench, Measure, Outcome, Target
from benchmarks.stand import serving
from benchmarks.taps import Tap

SUGGESTIONS = 3_000
STREAMS = ("forums", "statuses", "categories", "users", "suggestions", "supporters", "comments")


def measure(bench: Bench) -> Outcome:
    """The same seven streams; the board reaches up to now, as the weeks do in which the tap asks."""
    suggestions = bench.size(SUGGESTIONS)
    bench.say(f"writing {suggestions:,} suggestions, their votes and comments")
    board = write_board(bench.folder / "board", suggestions, bench.now)
    records = 3 + 6 + 8 + max(suggestions // 2, 10) + 13 * suggestions
    ours = Measure("Lodestar", records)
    theirs = Measure(f"tap-uservoice {peers.version_of('tap-uservoice')}", records)
    with serving(bench.folder, {"ideas": ("uservoice", board)}, bench.now) as stand:
        config = {
            "subdomain": f"{stand.host}/ideas",
            "api_key": "sandbox-client",
            "api_secret": "sandbox-secret",
            "start_date": (bench.now - SPAN).isoformat(),
        }
        tap = Tap(stand, "tap-uservoice", config, STREAMS, bench.folder / "tap")
        for number in range(1, bench.repeat + 1):
            bench.say(f"{number} of {bench.repeat}: {ours.subject}")
            data_dir = bench.folder / "data"
            with stand.counting("ideas") as asked:
                done = lodestar.extract(stand, "ideas", STREAMS, data_dir)
            ours.add(done, asked.requests)
            lodestar.check(lodestar.records_read(data_dir), records, ours.subject)
            bench.say(f"{number} of {bench.repeat}: {theirs.subject}")
            with stand.counting("ideas") as asked:
                done = tap.sync()
            theirs.add(done, asked.requests)
            lodestar.check(tap.records_read(), records, theirs.subject)
    return Outcome(
        "UserVoice, extraction alone: Lodestar and tap-uservoice",
        [ours, theirs],
        [Target(f"times as fast as {theirs.subject}", 5, ours.speed / theirs.speed)],
        ["The tap asks for every week since its start date, stream by stream."],
    )
