"""`python -m sandbox validity`: does what the marts say hold? Beside the ground truth of their simulation."""

from __future__ import annotations

import argparse
import itertools
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.run_with import Setting, run_with, simulated_sources
from sandbox.validity_measures import Figure, ValidityError, measured, missed_bursts, opened

PROJECT = Path(__file__).parent.parent
DOCUMENT = PROJECT / "docs" / "validity.md"

# Communities of several seeds


@dataclass(frozen=True)
class Size:
    """What is simulated for each seed."""

    members: int = 1_500
    months: int = 36
    posts: int = 60_000
    requests: int = 300
    tickets: int = 800
    end: str = "2026-11-22"


def made(seed: int, size: Size, folder: Path) -> tuple[Path, Path]:
    """Simulate, read, load and build one community under `folder`; the database and the dataset.

    What stands there already is used as it is.
    """
    dataset, data_dir = folder / "dataset", folder / "data"
    database = data_dir / "warehouse" / "community.duckdb"
    built = folder / "built"
    if built.exists():
        return database, dataset
    folder.mkdir(parents=True, exist_ok=True)
    python = shlex.quote(sys.executable)
    if not dataset.is_dir():
        unfinished = folder / "unfinished"
        arguments = [
            f"--{name}={value}"
            for name, value in (
                ("seed", seed),
                ("members", size.members),
                ("months", size.months),
                ("posts", size.posts),
                ("requests", size.requests),
                ("tickets", size.tickets),
                ("end", size.end),
            )
        ]
        _run([sys.executable, "-m", "sandbox", "simulate", str(unfinished), "--no-history", *arguments], seed)
        unfinished.rename(dataset)
    now = f"{size.end}T06:00:00Z"
    setting = Setting(simulated_sources(dataset), data_dir, ("--now", now), now)
    steps = ("extractors", "warehouse load --no-backup", "warehouse build")
    script = " && ".join(f"{python} -m {step}" for step in steps)
    with _at_project():
        code = run_with(setting, ["/bin/sh", "-c", f"({script}) >&2"])
    if code:
        raise ValidityError(f"seed {seed}: the community was not built; the message is above.")
    built.touch()
    return database, dataset


@contextmanager
def _at_project() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(PROJECT)
    try:
        yield
    finally:
        os.chdir(before)


def _run(command: Sequence[str], seed: int) -> None:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise ValidityError(f"seed {seed}: no dataset was made: {done.stderr.strip()}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `python -m sandbox validity`."""
    usual = Size()
    parser.add_argument("--seed", type=int, action="append", help="simulate this seed; may be repeated")
    for name in ("members", "months", "posts", "requests", "tickets"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name), help="default %(default)s")
    parser.add_argument("--end", default=usual.end, help="the communities' today (default %(default)s)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="make the communities here, and use those found here"
    )
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="a built or published database instead of a seed's"
    )
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="the dataset that --database was made of")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(PROJECT)}")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write if asked; 1 if an aim was missed."""
    if (options.database is None) != (options.dataset is None):
        raise ValidityError("give --database and --dataset together.")
    results: dict[str, list[Figure]] = {}
    missed: list[str] = []
    size = Size(
        options.members, options.months, options.posts, options.requests, options.tickets, options.end
    )
    if options.database is not None:
        with opened(options.database, options.dataset) as community:
            results["given"] = measured(community)
            missed += missed_bursts(community)
    with tempfile.TemporaryDirectory(prefix="lodestar-validity-") as passing:
        for seed in options.seed or ([] if results else [31, 32, 33]):
            database, dataset = made(seed, size, (options.keep or Path(passing)).resolve() / str(seed))
            with opened(database, dataset) as community:
                results[f"seed {seed}"] = measured(community)
                missed += [f"seed {seed}, {each}" for each in missed_bursts(community)]
    together = summed(results.values())
    lines = table(results, together)
    if missed:
        lines += ["", "Planned bursts that were missed, with the numbers that decided:", ""]
        lines += [f"- {each}" for each in missed]
    sys.stdout.write("\n".join(lines) + "\n")
    if options.write:
        DOCUMENT.write_text(document(lines, size, options.seed or [31, 32, 33]), encoding="utf-8")
    below = [each for each in together if _is_missed(each)]
    for figure in below:
        sys.stdout.write(f"below its aim: {figure.name}: {_text(figure)}, aim {figure.aim}\n")
    return 1 if below else 0


def summed(results: Iterable[Sequence[Figure]]) -> list[Figure]:
    """The figures over all communities, in the order of the first."""
    sums: dict[str, Figure] = {}
    for figure in itertools.chain.from_iterable(results):
        sums[figure.name] = sums[figure.name].plus(figure) if figure.name in sums else figure
    return list(sums.values())


def table(results: Mapping[str, Sequence[Figure]], together: Sequence[Figure]) -> list[str]:
    """A Markdown table: a row a figure, a column a community."""
    lines = [
        f"| what | {' | '.join(results)} | together | aim |",
        f"|---|{'---:|' * (len(results) + 2)}",
    ]
    for figure in together:
        cells = [
            next((_text(each) for each in figures if each.name == figure.name), "–")
            for figures in results.values()
        ]
        aim = "" if figure.aim is None else f"{figure.aim:.2f}"
        lines.append(f"| {figure.name} | {' | '.join(cells)} | {_text(figure)} | {aim} |")
    return lines


def _text(figure: Figure) -> str:
    return "–" if figure.share is None else f"{figure.share:.2f} ({figure.hits}/{figure.of})"


def _is_missed(figure: Figure) -> bool:
    return figure.aim is not None and figure.share is not None and figure.share < figure.aim


INTRODUCTION = """# Does it hold?

The simulation knows what the marts can only infer: who burst and burnt out, whose accounts are whose, who
the experts are. This page compares them over communities that no definition was fitted to. It is written
by `make validity` (some minutes a seed).

How a true burst and a detected onset are matched: the same person, and the onset's month from one month
before to two months after the month in which the burst began. A burst that began on a month's last days
shows in the next month; one that only the third month lifts over the threshold is still that burst. For
"seen to flare" the onset must come in the burst's month or the next, since no more has been seen by then.

*Planned* bursts are those the simulation made as such: strong ones about 65 to 190 replies a month at
their height, weak ones about 44 to 75. *Arisen by chance* are stretches in the lives of ordinary members
that the truth calls bursts because they had at least 20 replies in some 30 days. Below the threshold H in
a calendar month they are no flares by definition, and with a peak below 1.25 × H no supernovas: most of
them are neither. A burst whose fate the truth leaves open counts neither way.
Staff count as everybody: evangelists' bursts are among the lasting ones.
"""


def document(lines: Sequence[str], size: Size, seeds: Sequence[int]) -> str:
    """The page with the table."""
    told = (
        f"Seeds {', '.join(str(seed) for seed in seeds)}; {size.members:,} members, {size.posts:,} posts, "
        f"{size.months} months to {size.end} each. Shares, with hits of how many."
    )
    return "\n".join([INTRODUCTION, told, "", *lines, ""])
