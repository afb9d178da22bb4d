"""Writing the report into a release: `report/index.html` and a page for each of the most active members.

    python -m report data/published/current

The pages are static and load nothing: style, script and pictures stand in them. A chapter is described in
`report/sections/`, its numbers come from `report/queries/`, `report/templates/` draws it.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from extractors.errors import storage_errors
from report.blocks import Chart, Section
from report.charts import NARROW, WIDE, svg
from report.members import member_pages
from report.names import page_name
from report.release import Release, Row
from report.sections import SECTIONS
from report.show import show

logger = logging.getLogger("lodestar.report")

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Written:
    """What `write` made."""

    folder: Path
    pages: int
    problems: Sequence[str]
    """One line for each chapter that could not be made; it says so in its place on the page."""


@dataclass(frozen=True)
class Chapter:
    """A section, drawn."""

    key: str
    nav: str
    html: Markup


def write(path: Path, *, out: Path | None = None, hide_names: bool = False) -> Written:
    """Write the pages for the release in folder `path` to `out`, by default its `report/`.

    `hide_names` puts numbers for people's names and leaves out members' pages. A chapter that can't be made
    is named in `problems` and on the page; the others stand. Raises ReportFailed if the release can't be
    read, StorageError if the pages can't be written.
    """
    folder = out or path / "report"
    problems: list[str] = []
    with Release(path, hide_names=hide_names) as release, storage_errors(folder):
        release.names.number(row["member_key"] for row in release.ask("frame/members"))
        members = [] if hide_names else list(release.ask("members/chosen"))
        (folder / "members").mkdir(parents=True, exist_ok=True)
        pages = _member_pages(release, members, folder / "members", problems)
        release.names.give_pages(pages)
        chapters = [_chapter(release, key, make, problems) for key, make in SECTIONS.items()]
        _write(folder / "index.html", _render("index.html.j2", release, chapters=chapters))
    logger.info("report: %s, %d pages of members", folder / "index.html", len(pages))
    return Written(folder, 1 + len(pages), problems)


def _member_pages(
    release: Release, members: Sequence[Row], folder: Path, problems: list[str]
) -> Sequence[str]:
    """The keys of those whose page was written: all of `members`, or none if that fails."""
    began = time.monotonic()
    for earlier in folder.glob("*.html"):
        earlier.unlink()
    try:
        for key, blocks in member_pages(release, members):
            _write(folder / page_name(key), _render("member.html.j2", release, **blocks))
    except OSError:
        raise
    except Exception as error:
        logger.exception("report: the pages of members could not be made")
        problems.append(f"the members' pages of the report could not be made: {error}")
        for half_done in folder.glob("*.html"):
            half_done.unlink()
        return ()
    logger.info("report: pages of members, %.1f s", time.monotonic() - began)
    return [member["member_key"] for member in members]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _chapter(release: Release, key: str, make: Callable[[Release], Section], problems: list[str]) -> Chapter:
    """A chapter, drawn; one that fails says so, for the tables are worth publishing without it."""
    began = time.monotonic()
    try:
        section = make(release)
        html = Markup(_render("section.html.j2", release, section=section))
    except Exception as error:
        logger.exception("report: chapter %s could not be made", key)
        problems.append(f"chapter {key} of the report could not be made: {error}")
        return Chapter(key, key.capitalize(), Markup(_render("failed.html.j2", release, key=key)))
    logger.info("report: chapter %s, %.1f s", key, time.monotonic() - began)
    return Chapter(key, section.nav or section.title, html)


def _pictures(chart: Chart, name: str) -> Markup:
    """The chart for desktop and for phone; the style shows one of them."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(
        svg(chart.draw(WIDE), f"{name}-w"), svg(chart.draw(NARROW), f"{name}-n")
    )


def docs_address(name: str, kind: str = "model", base: str = "../docs/index.html") -> str:
    """The page of a mart or metric in the release's dbt docs."""
    return f"{base}#!/{kind}/{kind}.lodestar.{name}"


def _render(template: str, release: Release, **content: Any) -> str:
    return _environment().get_template(template).render(release=release, names=release.names, **content)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    script = (_TEMPLATES / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals.update(
        pictures=_pictures,
        docs_address=docs_address,
        show=show,
        style=Markup((_TEMPLATES / "page.css").read_text("utf-8")),
        script=Markup(script),
        script_digest=f"sha256-{digest}",
    )
    return environment
