"""Zendesk tickets into DuckDB: Lodestar's extraction and load beside dlt's rest_api source."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import lodestar, peers
from benchmarks.datasets import write_desk
from benchmarks.measure import Bench, Measure, Outcome, Run, Target, run
from benchmarks.stand import Stand, serving

TICKETS = 200_000
DLT_TICKETS = 50_000
"""dlt takes so long that it gets fewer; what it needs to start weighs little by then."""
PLAIN_TICKETS = 10_000
"""As it comes, dlt's load needs some 270 kB of memory for each ticket."""

ALWAYS = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
TUNED = {
    "EXTRACT__DATA_WRITER__BUFFER_MAX_ITEMS": "10000",
    "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "12500",
    "EXTRACT__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "NORMALIZE__WORKERS": "2",
    "NORMALIZE__DATA_WRITER__BUFFER_MAX_ITEMS": "10000",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "LOAD__WORKERS": "2",
}
"""What dlt's performance guide suggests for one large resource on two cores: files cut small enough for two
normalizing processes, larger buffers, no compression on the way; besides, Parquet to the database."""


def measure(bench: Bench) -> Outcome:
    """All read from one server in turns, and each must get every ticket."""
    counts = {
        "desk": bench.size(TICKETS),
        "desk_dlt": bench.size(DLT_TICKETS),
        "desk_plain": bench.size(PLAIN_TICKETS),
    }
    tickets, version = counts["desk"], peers.version_of("dlt")
    bench.say(f"writing {sum(counts.values()):,} tickets")
    sources = {
        name: ("zendesk", write_desk(bench.folder / name, count, 0, bench.now))
        for name, count in counts.items()
    }
    extraction = Measure("Lodestar, extraction", tickets)
    load = Measure("Lodestar, load", tickets)
    ours = Measure("Lodestar, both", tickets)
    plain = Measure(f"dlt {version}, as it comes", counts["desk_plain"])
    nested = Measure(f"dlt {version}, tuned", counts["desk_dlt"])
    flat = Measure(f"dlt {version}, tuned, no child tables", counts["desk_dlt"])
    with serving(bench.folder, sources, bench.now) as stand:
        for number in range(1, bench.repeat + 1):
            bench.say(f"{number} of {bench.repeat}: Lodestar")
            data_dir = bench.folder / "data"
            with stand.counting("desk") as asked:
                extracted = lodestar.extract(stand, "desk", ["tickets"], data_dir)
            lodestar.check(lodestar.records_read(data_dir), tickets, "Lodestar")
            loaded = lodestar.load(stand, data_dir)
            extraction.add(extracted, asked.requests)
            load.add(loaded)
            ours.add(extracted.followed_by(loaded), asked.requests)
            for peer, shape, settings, loader_format in (
                (plain, "nested", {}, ()),
                (nested, "nested", TUNED, ("parquet",)),
                (flat, "flat", TUNED, ("parquet",)),
            ):
                bench.say(f"{number} of {bench.repeat}: {peer.subject}")
                folder = _empty(bench.folder / "dlt")
                source = "desk_plain" if peer is plain else "desk_dlt"
                with stand.counting(source) as asked:
                    done = _dlt(stand, source, folder, settings, shape, *loader_format)
                lodestar.check(int(done.output.read_text()), peer.records, peer.subject)
                peer.add(done, asked.requests)
    return Outcome(
        "Zendesk tickets, extraction and load: Lodestar and dlt",
        [ours, extraction, load, plain, nested, flat],
        [
            Target(f"times as fast as {peer.subject}", 10, ours.speed / peer.speed)
            for peer in (plain, nested, flat)
        ],
        ["dlt reads fewer tickets of the same kind, because it takes so long."],
    )


def _dlt(
    stand: Stand, source: str, folder: Path, settings: dict[str, str], shape: str, *loader_format: str
) -> Run:
    script = Path(__file__).parent / "clients" / "dlt_zendesk.py"
    command = [peers.python_of("dlt"), script, f"{stand.base_url}/{source}", folder, shape, *loader_format]
    return run(command, {**stand.trusting(), **ALWAYS, **settings}, folder)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
