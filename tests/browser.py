"""Pages in Chromium with the network cut: what a reader sees, and what a page must never do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP, PHONE = 1280, 390
"""Widths in CSS pixels."""
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Visit:
    """An open page, and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    """Script errors and what the browser complained of."""
    requests: list[str] = field(default_factory=list)
    """Addresses it asked for beyond the page's own file."""

    def missing_pictures(self) -> list[str]:
        """Images that show nothing."""
        found: list[str] = self.page.evaluate(
            "() => [...document.images].filter(i => !(i.complete && i.naturalWidth)).map(i => i.src || i.alt)"
        )
        return found

    def overflows(self) -> bool:
        """Whether the page as a whole must be scrolled sideways."""
        wider: bool = self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth + 1")
        return wider

    def faults(self) -> list[str]:
        """Serious and critical faults of accessibility that axe-core finds, with where they are."""
        # Screen readers get the tables below the pictures; naming what passed would take minutes.
        found: Any = (
            Axe()
            .run(self.page, context={"exclude": [["svg"]]}, options={"resultTypes": ["violations"]})
            .response
        )
        return [
            f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
        ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of this machine; while it is open no test can run an event loop of its own."""
    if _CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visiting(
    browser: Browser, path: Path, *, fragment: str = "", width: int = DESKTOP, dark: bool = False
) -> Iterator[Visit]:
    """A page of a file, opened from disk with no network; `fragment` as it stands after the `#`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        offline=True,
        # axe is put into the page, which allows no script but its own.
        bypass_csp=True,
    )
    visit = Visit(context.new_page())
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on(
        "console",
        lambda said: visit.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    address = path.resolve().as_uri()
    visit.page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith("data:") or asked.url.split("#")[0] == address
            else visit.requests.append(asked.url)
        ),
    )
    visit.page.goto(f"{address}#{fragment}" if fragment else address)
    yield visit
    context.close()
