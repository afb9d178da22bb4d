"""`python -m warehouse COMMAND`: load, build, publish and look after the community database.

Exit code 0: done; 1: something was not well (one `error:` line each on stderr); 2: wrong usage.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType

from rich.console import Console

from extractors.clock import parse
from extractors.config import data_dir, load_sources, named, privacy_keys
from extractors.display import Display
from extractors.durable import private_umask
from extractors.errors import ConfigError, LodestarError, StorageError, storage_errors
from extractors.slices import SLICE_MINUTES
from warehouse.backup import backup, restore
from warehouse.build import build
from warehouse.connection import WAIT_SECONDS
from warehouse.erasing.people import Asked
from warehouse.erasing.plan import read_request, request_file
from warehouse.erasing.run import cancel, erase, rehearse
from warehouse.held import write_held
from warehouse.history_load import load_history
from warehouse.links import preview_link
from warehouse.load import LoadReport
from warehouse.publish import newest_candidate, publish, rollback, unpin
from warehouse.reconcile import reconcile
from warehouse.replay import replay
from warehouse.status import show, status
from warehouse.summary import summary
from warehouse.upgrade import load_upgraded

logger = logging.getLogger("lodestar.warehouse")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code."""
    options = _parser().parse_args(arguments)
    private_umask()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S", stream=sys.stderr
    )
    signal.signal(signal.SIGTERM, _terminate)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        with storage_errors(options.data_dir):
            return command(options)
    except LodestarError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted; nothing half-done was kept, run it again", file=sys.stderr)
        return 130


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m warehouse", description="The community database.")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=data_dir(),
        help="root of everything written (default: DATA_DIR, else data)",
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=WAIT_SECONDS,
        metavar="SECONDS",
        help="how long to wait for the working database",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], description: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=description, description=description)
        command.set_defaults(run=run)
        return command

    loading = add("load", _load, "load complete extractions into the raw tables, then back them up")
    loading.add_argument("--no-backup", action="store_true", help="leave out the backup")
    replaying = add("replay", _replay, "rebuild the raw tables from all landing files")
    for command in (loading, replaying):
        command.add_argument(
            "--accept-shrink",
            action="append",
            default=[],
            metavar="SOURCE.STREAM",
            help="believe this once that most records of a stream are gone",
        )
    past = add(
        "history", _history, "read and load what lies before start_date, slice by slice, for days if need be"
    )
    past.add_argument("sources", nargs="*", metavar="SOURCE", help="names from sources.toml (default: all)")
    past.add_argument("--from", dest="since", type=_moment, metavar="DATE", help="no further back than this")
    past.add_argument("--stream", action="append", dest="streams", metavar="S", help="only this stream")
    past.add_argument(
        "--slice-minutes",
        type=float,
        default=SLICE_MINUTES,
        metavar="N",
        help="read, load and tell at least this often (default: 30)",
    )
    building = add("build", _build, "run dbt and make a candidate release; prints its folder")
    building.add_argument(
        "--as-of", metavar="TIME", help="look no further than this (default: the coming midnight)"
    )
    publishing = add("publish", _publish, "publish a candidate the gate has checked")
    publishing.add_argument("candidate", type=Path, nargs="?", help="its folder (default: the newest)")
    rolling = add("rollback", _rollback, "publish the release before the current one, and pin it")
    rolling.add_argument("stamp", nargs="?", help="go back to this release")
    add("unpin", _unpin, "let the next run publish again")
    add("backup", _backup, "copy the raw tables to the backup folder")
    restoring = add("restore", _restore, "bring the raw tables back from a backup and later landing files")
    restoring.add_argument("backup", type=Path, nargs="?", help="the backup (default: the newest)")
    erasing = add("erase", _erase, "remove a person everywhere, for good; without arguments: go on with it")
    erasing.add_argument(
        "accounts", nargs="*", metavar="SOURCE ACCOUNT", help="an account of the person, by the vendor's id"
    )
    erasing.add_argument(
        "--email", action="append", default=[], metavar="ADDRESS", help="an address; `-` reads it from stdin"
    )
    erasing.add_argument("--request", metavar="NAME", help="who stands in DATA_DIR/state/erase_requests/NAME")
    erasing.add_argument("--rehearse", action="store_true", help="say what would go; change nothing")
    erasing.add_argument(
        "--everywhere", action="store_true", help="replace user names that are ordinary words in all texts"
    )
    erasing.add_argument("--cancel", action="store_true", help="forget an erasure that changed nothing yet")
    add("held", _held, "write down what is held, for `python -m extractors` to compare with the vendors")
    comparing = add(
        "reconcile", _reconcile, "compare with the vendors: find deletes and changes the daily load can't see"
    )
    comparing.add_argument("sources", nargs="*", metavar="SOURCE", help="names (default: all)")
    comparing.add_argument(
        "--accept-shrink",
        action="append",
        default=[],
        metavar="SOURCE.STREAM",
        help="believe this once that most records of a stream are gone",
    )
    add("status", _status, "rows, watermarks, freshness, drift and releases")
    add("summary", _summary, "the published release in a few lines")
    previewing = add("preview-link", _preview_link, "what joining or splitting two accounts would change")
    previewing.add_argument("action", choices=("merge", "split"))
    for place in ("first", "second"):
        previewing.add_argument(f"{place}_source", metavar="SOURCE", help=f"source of the {place} account")
        previewing.add_argument(f"{place}_account", metavar="ACCOUNT", help="the vendor's id of it")
    return parser


def _load(options: argparse.Namespace) -> int:
    report = load_upgraded(
        options.data_dir, load_sources(), accept_shrink=options.accept_shrink, wait_seconds=options.wait
    )
    if report.records and not options.no_backup:
        backup(options.data_dir, wait_seconds=options.wait)
    return _told(report)


def _history(options: argparse.Namespace) -> int:
    configured = load_sources()
    with Display(sys.stderr.isatty(), log_every_seconds=60.0) as display:
        problems = load_history(
            options.data_dir,
            named(configured, options.sources),
            all_sources=configured,
            since=options.since,
            streams=options.streams,
            slice_minutes=options.slice_minutes,
            page=display.page,
            wait_seconds=options.wait,
        )
    for line in dict.fromkeys(problems):
        print(f"error: {line}", file=sys.stderr)
    return 1 if problems else 0


def _moment(text: str) -> datetime:
    try:
        return parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date such as 2024-01-31") from None


def _replay(options: argparse.Namespace) -> int:
    return _told(
        replay(
            options.data_dir, load_sources(), accept_shrink=options.accept_shrink, wait_seconds=options.wait
        )
    )


def _held(options: argparse.Namespace) -> int:
    for name, count in write_held(options.data_dir, load_sources(), wait_seconds=options.wait).items():
        logger.info("%s: %s held", name, f"{count:,}")
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    configured = load_sources()
    found = reconcile(
        options.data_dir,
        named(configured, options.sources),
        all_sources=configured,
        accept_shrink=options.accept_shrink,
        wait_seconds=options.wait,
    )
    Console(width=None if sys.stdout.isatty() else 120).print(found.table())
    for line in found.problems():
        print(f"error: {line}", file=sys.stderr)
    return 1 if found.problems() else 0


def _told(report: LoadReport) -> int:
    loaded = sum(load.load_id is not None for load in report.loads)
    logger.info("%d extractions, %s records", loaded, f"{report.records:,}")
    for line in report.problems():
        print(f"error: {line}", file=sys.stderr)
    return 1 if report.failed else 0


def _build(options: argparse.Namespace) -> int:
    print(build(options.data_dir, options.as_of, wait_seconds=options.wait).path)
    return 0


def _publish(options: argparse.Namespace) -> int:
    candidate = options.candidate
    if candidate is None:
        candidate = newest_candidate(options.data_dir)
        if candidate is None:
            raise StorageError("there is no candidate to publish. Make one with: python -m warehouse build")
    release = publish(options.data_dir, candidate)
    print(release.path)
    return 1 if release.problems else 0


def _rollback(options: argparse.Namespace) -> int:
    release = rollback(options.data_dir, options.stamp)
    print(f"current is release {release.stamp}, pinned: later runs don't switch until: make unpin")
    return 0


def _unpin(options: argparse.Namespace) -> int:
    print("the next run publishes again" if unpin(options.data_dir) else "nothing was pinned")
    return 0


def _backup(options: argparse.Namespace) -> int:
    print(backup(options.data_dir, wait_seconds=options.wait))
    return 0


def _restore(options: argparse.Namespace) -> int:
    restored = restore(
        options.data_dir, load_sources(), source_file=options.backup, wait_seconds=options.wait
    )
    logger.info("restored from %s", restored.backup)
    return _told(restored.report)


def _erase(options: argparse.Namespace) -> int:
    if options.cancel:
        print("cancelled" if cancel(options.data_dir) else "no erasure was under way")
        return 0
    named = options.accounts
    if len(named) % 2:
        raise ConfigError("erase needs pairs: a source and the vendor's id of an account in it.")
    emails = [sys.stdin.readline().strip() if each == "-" else each for each in options.email]
    asked = Asked(tuple(zip(named[::2], named[1::2], strict=True)), tuple(emails))
    if options.request:
        listed = read_request(options.data_dir, options.request)
        asked = Asked(asked.accounts + listed.accounts, asked.emails + listed.emails)
    keys = privacy_keys()
    if options.rehearse:
        print(
            rehearse(options.data_dir, asked, keys, everywhere=options.everywhere, wait_seconds=options.wait)
        )
        return 0
    print(
        erase(
            options.data_dir,
            load_sources(),
            asked,
            keys,
            everywhere=options.everywhere,
            wait_seconds=options.wait,
        )
    )
    if options.request:
        request_file(options.data_dir, options.request).unlink(missing_ok=True)
    return 0


def _status(options: argparse.Namespace) -> int:
    console = Console() if sys.stdout.isatty() else Console(width=240, no_color=True)
    show(status(options.data_dir), console)
    return 0


def _summary(options: argparse.Namespace) -> int:
    print(summary(options.data_dir))
    return 0


def _preview_link(options: argparse.Namespace) -> int:
    print(
        preview_link(
            options.data_dir,
            options.action,
            (options.first_source, options.first_account),
            (options.second_source, options.second_account),
            wait_seconds=options.wait,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
