"""The pages of a release for people: made from its finished file, before it is published."""

from __future__ import annotations

import logging
from pathlib import Path

from extractors.config import report_names
from report.guide.complete import complete
from report.guide.page import GuideFailed
from report.release import ReportFailed
from report.site import write

logger = logging.getLogger("lodestar.publish")


def write_pages(release: Path) -> list[str]:
    """Write the report and complete the docs of the release in folder `release`.

    One line for each part that could not be made: the tables are worth publishing without a part of the
    pages, so only storage that fails is an error.
    """
    # The docs lead to the report, if there is one.
    return [*_write_report(release), *_complete_docs(release)]


def _complete_docs(release: Path) -> list[str]:
    try:
        return complete(release)
    except (GuideFailed, ReportFailed) as error:
        return [f"the docs could not be completed: {error}"]


def _write_report(release: Path) -> list[str]:
    names = report_names()
    if names == "none":
        return []
    try:
        return list(write(release, hide_names=names == "numbers").problems)
    except ReportFailed as error:
        return [f"the report could not be made: {error}"]
