"""The proof of an erasure: everything is searched for what identifies the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from extractors.privacy import Keys
from extractors.suppression import Entry
from extractors.wording import counted
from warehouse.connection import open_working
from warehouse.erasing.derived import both_locks
from warehouse.erasing.landing import finders_of, search_landing
from warehouse.erasing.people import EraseIncomplete
from warehouse.erasing.plan import PLAN, REQUESTS, Plan
from warehouse.erasing.progress import Progress
from warehouse.erasing.texts import airflow_home
from warehouse.erasing.traces import Searcher, Trace, search, search_ids
from warehouse.layout import Layout


def prove(
    data_dir: Path,
    plan: Plan,
    searcher: Searcher,
    entries: tuple[Entry, ...],
    keys: Keys,
    wait_seconds: float,
    environ: Mapping[str, str],
) -> int:
    """Search everything for the person; the number of files. Raises EraseIncomplete naming those found."""
    layout = Layout(data_dir)
    state = data_dir / "state"
    airflow = airflow_home(layout, environ)
    folders = [data_dir] + ([] if airflow.resolve().is_relative_to(data_dir.resolve()) else [airflow])
    # The sandbox stands in for the vendors, who are asked to erase by other means.
    skip = (data_dir / "sandbox", state / PLAN, state / REQUESTS)
    total = sum(1 for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())
    progress = Progress("files searched", total)
    with open_working(data_dir, "erase", wait_seconds) as working:
        traces = search_ids(working.connection, layout.database, searcher, plan.vendors)
    with both_locks(layout, wait_seconds):
        found, number = search(
            [folder for folder in folders if folder.is_dir()], searcher, skip=skip, told=progress.at
        )
    finders, hints = finders_of(layout.landing, plan, entries, keys)
    traces += [*found, *search_landing(layout.landing, finders, hints)]
    if traces:
        raise EraseIncomplete(_left(traces))
    return number


def _left(traces: Sequence[Trace]) -> str:
    places = list(dict.fromkeys(str(trace) for trace in traces))
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return (
        f"the person is still found in {counted(len(places), 'place')}: {'; '.join(places[:5])}{more}. "
        "Another run may have written there meanwhile: run again. A file that is not Lodestar's must be "
        "cleaned by hand."
    )
