"""The arguments of `python -m sandbox simulate`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.simulation.options import OptionError, Options
from sandbox.simulation.run import simulate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the sizes and dates of a simulation to a parser."""
    usual = Options(end=datetime(2000, 1, 1, tzinfo=UTC))
    parser.add_argument("directory", type=Path, help="where the dataset, its truth and its seeds go")
    parser.add_argument("--seed", type=int, default=usual.seed, help="same seed and options, same files")
    parser.add_argument(
        "--members", type=int, help=f"forum members (default: {usual.members}, or one for 30 posts)"
    )
    parser.add_argument("--months", type=int, default=usual.months, help="months of past (%(default)s)")
    parser.add_argument(
        "--posts", type=int, default=usual.posts, help="forum posts before the end (%(default)s)"
    )
    parser.add_argument("--requests", type=int, default=usual.requests, help="feature requests (%(default)s)")
    parser.add_argument("--tickets", type=int, default=usual.tickets, help="support tickets (%(default)s)")
    parser.add_argument("--end", type=moment, help="the dataset's today, UTC (default: today's midnight)")
    parser.add_argument(
        "--days-ahead", type=int, default=usual.days_ahead, help="days of future behind the end (%(default)s)"
    )
    parser.add_argument(
        "--no-history",
        dest="history",
        action="store_false",
        help="only the state at the end, one line a record: for large datasets",
    )
    parser.add_argument(
        "--no-past",
        dest="past",
        action="store_false",
        help="the state at the end and what changes later: for large datasets with days ahead",
    )


def moment(text: str) -> datetime:
    """A UTC moment from an ISO date or date-time; one without a zone is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO date such as 2026-01-31") from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def run(args: argparse.Namespace) -> int:
    """Makes the dataset and says what is in it; returns the exit code."""
    members = args.members if args.members is not None else max(40, round(args.posts / 30))
    try:
        summary = simulate(
            args.directory,
            seed=args.seed,
            members=members,
            months=args.months,
            posts=args.posts,
            requests=args.requests,
            tickets=args.tickets,
            end=args.end,
            days_ahead=args.days_ahead,
            history=args.history,
            past=args.past,
        )
    except OptionError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    for stream, records in summary.records.items():
        sys.stdout.write(f"{stream:34s} {records:>11,}\n")
    sys.stdout.write(
        f"{summary.lines:,} lines in {summary.seconds:.1f} s; "
        f"data, truth and seeds are in {summary.directory}\n"
    )
    return 0
