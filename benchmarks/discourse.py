"""A forum's topics and posts: Lodestar's extraction beside perceval. Neither loads anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import lodestar, peers
from benchmarks.measure import Bench, Measure, Outcome, Run, Target, run
from benchmarks.stand import ROOT, Stand, serving

POSTS = 20_000
STREAMS = ("topics", "posts", "threads")
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
    measures: list[Measure] = []
    targets: list[Target] = []
    sources = {name: ("discourse", directory) for name, directory in forums.items()}
    with serving(bench.folder, sources, bench.now) as stand:
        for name in forums:
            ours, theirs = _compare(bench, stand, name)
            measures += [ours, theirs]
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
            "Records are the topics and posts that perceval gives; the views of solved topics that Lodestar "
            "reads besides are not counted.",
            "A forum allows an administrator's key 60 requests a minute, so requests are what takes time.",
        ],
    )


def _compare(bench: Bench, stand: Stand, name: str) -> tuple[Measure, Measure]:
    what = "simulated" if name == "forum" else "real"
    version = peers.version_of("perceval")
    mine: list[tuple[Run, int]] = []
    yours: list[tuple[Run, int]] = []
    folder = bench.folder / "perceval"
    folder.mkdir(exist_ok=True)
    for number in range(1, bench.repeat + 1):
        bench.say(f"{number} of {bench.repeat}: Lodestar, {what} forum")
        data_dir = bench.folder / "data"
        with stand.counting(name) as asked:
            done = lodestar.extract(stand, name, STREAMS, data_dir)
        mine.append((done, asked.requests))
        bench.say(f"{number} of {bench.repeat}: perceval, {what} forum")
        with stand.counting(name) as asked:
            done = _perceval(stand, name, folder)
        yours.append((done, asked.requests))
    records = int((folder / "output").read_text())
    ours = Measure(f"Lodestar, {what} forum", records)
    theirs = Measure(f"perceval {version}, {what} forum", records)
    for one, runs in ((ours, mine), (theirs, yours)):
        for each, requests in runs:
            one.add(each, requests)
    return ours, theirs


def _perceval(stand: Stand, name: str, folder: Path) -> Run:
    script = Path(__file__).parent / "clients" / "perceval_discourse.py"
    return run([peers.python_of("perceval"), script, f"{stand.base_url}/{name}"], stand.trusting(), folder)
