"""Zendesk tickets and users: Lodestar's extraction beside tap-zendesk. Neither loads anything."""

from __future__ import annotations

from benchmarks import lodestar, peers
from benchmarks.datasets import write_desk
from benchmarks.measure import Bench, Measure, Outcome, Target
from benchmarks.stand import serving
from benchmarks.taps import Tap

TICKETS = 200_000
USERS = 50_000
TAP_TICKETS = 440
"""After 450 tickets the tap sleeps out the minute: it allows itself that many audits, read or not."""


def measure(bench: Bench) -> Outcome:
    """The tap reads users like any list, tickets only as many as it does without sleeping."""
    tickets, users = bench.size(TICKETS), bench.size(USERS)
    bench.say(f"writing {tickets:,} tickets and {users:,} users")
    sources = {
        "desk": ("zendesk", write_desk(bench.folder / "desk", tickets, users, bench.now)),
        "desk_tap": ("zendesk", write_desk(bench.folder / "desk_tap", TAP_TICKETS, users, bench.now)),
    }
    version = peers.version_of("tap-zendesk")
    ours = {"tickets": Measure("Lodestar, tickets", tickets), "users": Measure("Lodestar, users", users)}
    theirs = {
        "tickets": Measure(f"tap-zendesk {version}, tickets", TAP_TICKETS),
        "tickets and audits": Measure(f"tap-zendesk {version}, tickets and audits", TAP_TICKETS),
        "users": Measure(f"tap-zendesk {version}, users", users),
    }
    with serving(bench.folder, sources, bench.now) as stand:
        config = {
            "subdomain": f"{stand.host}/desk_tap",
            "access_token": "sandbox-token",
            "start_date": f"{bench.now.year - 3}-01-01T00:00:00Z",
        }
        streams = {"tickets and audits": ["tickets", "ticket_audits"]}
        taps = {
            what: Tap(stand, "tap-zendesk", config, streams.get(what, [what]), bench.folder / f"tap {what}")
            for what in theirs
        }
        for number in range(1, bench.repeat + 1):
            for what, mine in ours.items():
                bench.say(f"{number} of {bench.repeat}: {mine.subject}")
                data_dir = bench.folder / "data"
                with stand.counting("desk") as asked:
                    done = lodestar.extract(stand, "desk", [what], data_dir)
                mine.add(done, asked.requests)
                lodestar.check(lodestar.records_read(data_dir), mine.records, mine.subject)
            for what, tap in taps.items():
                peer = theirs[what]
                bench.say(f"{number} of {bench.repeat}: {peer.subject}")
                with stand.counting("desk_tap") as asked:
                    done = tap.sync()
                peer.add(done, asked.requests)
                lodestar.check(tap.records_read(), peer.records, peer.subject)
    return Outcome(
        "Zendesk, extraction alone: Lodestar and tap-zendesk",
        [*ours.values(), *theirs.values()],
        [
            Target(f"times as fast as {theirs[what].subject}", 5, ours[what].speed / theirs[what].speed)
            for what in ours
        ],
        [
            f"The tap gets {TAP_TICKETS} tickets: beyond 450 a minute it sleeps, so that it never reads more "
            "than 7.5 a second for long. Its figure for tickets is mostly its start-up.",
            "With audits the tap asks once more for each ticket; Lodestar reads them from one export.",
        ],
    )
