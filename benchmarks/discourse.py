"""A forum's topics and posts: Lodestar's extraction beside perceval. Neither loads anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import lodestar, peers
from benchmarks.measure import Bench, Measure, Outcome, Run, Target, run
from benchmarks.stand import ROOT, Stand, serving

POSTS = 20_000
STREAMS = ("topics", "posts")
"""What perceval gives; Lodestar reads threads of solved topics besides, measured on their own."""
ARCHIVE = ROOT.parent / "shared" / "data" / "delving"


def measure(bench: Bench) -> Outcome:
    """A simulated forum and, where it is at hand, a real one; records are topics and posts."""
    posts = bench.size(POSTS)
    bench.say(f"simulating a forum of {posts:,} posts")
    simulated = bench.folder / "forum"
    subprocess.run(
        [sys.executable, "-m", "sandbox", "simulate", str(simulated), "--posts", str(posts), "--no-history",
         "--requests", "10", "--tickets", "10", "--days-ahead", "0", "--end", bench.now.isoformat()],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )  # fmt: skip
    forums = {"forum": simulated} | ({"real_forum": ARCHIVE} if ARCHIVE.is_dir() else {})
    sources = {name: ("discourse", directory) for name, directory in forums.items()}
    measures: list[Measure] = []
    targets: list[Target] = []
    with serving(bench.folder, sources, bench.now) as stand:
        for name in forums:
            ours, with_threads, theirs = _compare(bench, stand, name)
            measures += [ours, with_threads, theirs]
            fewer = (theirs.requests_per_thousand or 0) / (ours.requests_per_thousand or 1)
            targets += [
                Target(f"times fewer requests than {theirs.subject}", 10, fewer),
                Target(f"times as fast as {theirs.subject}", 1, ours.speed / theirs.speed),
            ]
    return Outcome(
        "Discourse, extraction alone: Lodestar and perceval",
        measures,
        targets,
        [
            "Records are the topics and posts that perceval gives, with small actions such as closing.",
            "A forum allows an administrator's key 60 requests a minute, so requests are what takes time.",
        ],
    )


def _compare(bench: Bench, stand: Stand, name: str) -> tuple[Measure, Measure, Measure]:
    forum = "simulated forum" if name == "forum" else "real forum"
    folder = bench.folder / "perceval"
    folder.mkdir(exist_ok=True)
    # How many records there are is known once perceval has read them.
    ours = Measure(f"Lodestar, {forum}", 0)
    with_threads = Measure(f"Lodestar with threads, {forum}", 0)
    theirs = Measure(f"perceval {peers.version_of('perceval')}, {forum}", 0)
    for number in range(1, bench.repeat + 1):
        for one in (ours, with_threads, theirs):
            bench.say(f"{number} of {bench.repeat}: {one.subject}")
            with stand.counting(name) as asked:
                if one is theirs:
                    done = _perceval(stand, name, folder)
                else:
                    streams = STREAMS if one is ours else (*STREAMS, "threads")
                    done = lodestar.extract(stand, name, streams, bench.folder / "data")
            one.add(done, asked.requests)
    for one in (ours, with_threads, theirs):
        one.records = int((folder / "output").read_text())
    return ours, with_threads, theirs


def _perceval(stand: Stand, name: str, folder: Path) -> Run:
    script = Path(__file__).parent / "clients" / "perceval_discourse.py"
    return run([peers.python_of("perceval"), script, f"{stand.base_url}/{name}"], stand.trusting(), folder)
