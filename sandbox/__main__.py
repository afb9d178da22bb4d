"""`python -m sandbox serve | with | simulate`: stand-ins for the vendors' APIs, and datasets for them."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from extractors.errors import LodestarError
from sandbox.app import SourceSpec, SourceSpecError
from sandbox.clock import SandboxClock
from sandbox.dataset import moment_of
from sandbox.faults import Plan
from sandbox.run_with import Setting, run_with, simulated_sources
from sandbox.serve import Listening, serve


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; the exit code."""
    before, after = _split(arguments)
    parser = _parser()
    options = parser.parse_args(before)
    try:
        if options.command == "serve":
            return _serve(options)
        if options.command == "validity":
            return _validity().run(options) or 0
        if options.command == "with":
            if not after:
                parser.error("with: give the command after --, as: with --simulate DIR -- COMMAND")
            return _with(options, after)
        return _simulate(options)
    except LodestarError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our arguments, and the command after `--`."""
    given = list(arguments)
    if "--" not in given:
        return given, []
    place = given.index("--")
    return given[:place], given[place + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    server = commands.add_parser("serve", help="serve dataset directories as vendors' APIs")
    _add_sources(server)
    _add_behaviour(server)
    server.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    server.add_argument(
        "--port", type=int, default=8900, help="port to listen on; 0 takes a free one (default 8900)"
    )
    server.add_argument("--tls", action="store_true", help="HTTPS, with a certificate made at start")
    server.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="write the certificate clients are to trust here"
    )
    server.add_argument("--quiet", action="store_true", help="print no addresses")
    server.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    server.add_argument("--until-input-ends", action="store_true", help=argparse.SUPPRESS)

    beside = commands.add_parser("with", help="run a command with a sandbox beside it: with … -- COMMAND")
    _add_sources(beside)
    _add_behaviour(beside)
    beside.add_argument(
        "--simulate",
        type=Path,
        metavar="DIR",
        help="serve the simulated dataset DIR; it is made first if need be",
    )
    beside.add_argument(
        "--simulate-options",
        default="",
        metavar="TEXT",
        help="options of `simulate` for a new dataset, in one text",
    )
    beside.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="DATA_DIR of the command (default $DATA_DIR or data)"
    )

    simulation = commands.add_parser("simulate", help="make the dataset of a simulated community")
    validity = commands.add_parser("validity", help="compare built marts with the simulation's ground truth")
    # Only these subcommands need the simulation, a database, and what they import.
    if "validity" in sys.argv[1:2]:
        _validity().add_arguments(validity)
    if "simulate" in sys.argv[1:2]:
        _simulation().add_arguments(simulation)
    return parser


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME=VENDOR:DIR",
        help="serve DIR/VENDOR/*.jsonl.gz as source NAME; may be repeated",
    )  # fmt: skip


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--now", metavar="ISO", help="the sandbox's clock stands still at this moment (default: live)"
    )
    parser.add_argument(
        "--faults", metavar="SEED:RATE[:KINDS]", help="inject faults, as 7:0.2 or 7:0.2:cut,500"
    )
    parser.add_argument(
        "--limits",
        choices=("off", "vendor"),
        default="off",
        help="whether the vendors' rate limits hold (default off)",
    )
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME.OPTION=VALUE",
        help="a stand-in's option, as forum.posts_window=inclusive; may be repeated",
    )  # fmt: skip


def _sources(options: argparse.Namespace, simulated: Sequence[SourceSpec] = ()) -> list[SourceSpec]:
    specs = [*simulated, *(SourceSpec.from_text(text) for text in options.source)]
    if not specs:
        raise SourceSpecError("no source to serve. Give --source NAME=VENDOR:DIR.")
    for text in options.option:
        place, equals, value = text.partition("=")
        name, dot, option = place.partition(".")
        if not (equals and dot) or name not in [spec.name for spec in specs]:
            raise SourceSpecError(f"option {text!r}: give NAME.OPTION=VALUE with the name of a source.")
        specs = [
            replace(spec, options={**spec.options, option: value}) if spec.name == name else spec
            for spec in specs
        ]
    for spec in specs:
        spec.check()
    return specs


def _serve(options: argparse.Namespace) -> int:
    serve(
        _sources(options),
        Listening(options.host, options.port, options.tls, options.ca_file),
        clock=SandboxClock(moment_of(options.now) if options.now else None),
        limited=options.limits == "vendor",
        faults=Plan.from_text(options.faults) if options.faults else None,
        announce=lambda line: None if options.quiet else print(line, flush=True),
        sock=socket.socket(fileno=options.socket) if options.socket is not None else None,
        until_input_ends=options.until_input_ends,
    )
    return 0


def _with(options: argparse.Namespace, command: Sequence[str]) -> int:
    simulated: tuple[SourceSpec, ...] = ()
    if options.simulate is not None:
        if not options.simulate.is_dir():
            _make_dataset(options.simulate, shlex.split(options.simulate_options))
        simulated = simulated_sources(options.simulate)
    passed = [
        part
        for name in ("now", "faults", "limits")
        if (value := getattr(options, name)) is not None
        for part in (f"--{name}", value)
    ]
    passed += [part for text in options.option for part in ("--option", text)]
    data_dir = options.data_dir or Path(os.environ.get("DATA_DIR") or "data")
    specs = tuple(_sources(options, simulated))
    return run_with(Setting(specs, data_dir, tuple(passed), options.now), command)


def _simulation() -> Any:
    """The simulation's command line; imported only when a dataset is to be made."""
    try:
        return import_module("sandbox.simulation.cli")
    except ModuleNotFoundError as error:
        raise SourceSpecError(f"the simulation is not installed ({error.name} is missing).") from None


def _validity() -> Any:
    """The comparison with the truth; imported only when it is asked for."""
    return import_module("sandbox.validity")


def _simulate(options: argparse.Namespace) -> int:
    code: int | None = _simulation().run(options)
    return code or 0


def _make_dataset(directory: Path, arguments: Sequence[str]) -> None:
    """Simulate into a folder beside, then rename: an interrupted simulation is not taken for a dataset."""
    unfinished = directory.with_name(directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    parser = argparse.ArgumentParser(prog="simulate")
    simulation = _simulation()
    simulation.add_arguments(parser)
    if simulation.run(parser.parse_args([str(unfinished), *arguments])):
        raise SourceSpecError(f"the dataset {directory} was not made; the simulation's message is above.")
    unfinished.rename(directory)
    print(f"The dataset is whole and now in {directory}.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
