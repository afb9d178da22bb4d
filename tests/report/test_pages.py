"""The report as its readers open it: from disk, offline, at a desk and on a phone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from tests.browser import DESKTOP, PHONE, visiting

MEGABYTES = 1 << 20
LINK = re.compile(r'\bhref="([^"]+)"')


def first_member(release: Path) -> Path:
    return sorted((release / "report" / "members").glob("*.html"))[0]


@pytest.mark.parametrize(
    ("width", "dark"), [(DESKTOP, False), (DESKTOP, True), (PHONE, False)], ids=["desk", "dark", "phone"]
)
@pytest.mark.parametrize("page", ["index", "member"])
def test_a_page_opens_offline_without_a_fault(
    release: Path, browser: Browser, page: str, width: int, dark: bool
) -> None:
    path = release / "report" / "index.html" if page == "index" else first_member(release)
    with visiting(browser, path, width=width, dark=dark) as visit:
        assert visit.page.locator("h1").inner_text()
        if width == DESKTOP:
            assert visit.faults() == []
        assert not visit.overflows()
        assert visit.missing_pictures() == []
        assert visit.errors == []
        assert visit.requests == []


def test_charts_are_drawn_and_their_numbers_open_by_keyboard(release: Path, browser: Browser) -> None:
    with visiting(browser, release / "report" / "index.html") as visit:
        figures = visit.page.locator("figure").filter(has=visit.page.locator("svg"))
        assert figures.count() > 0
        for number in range(figures.count()):
            figure = figures.nth(number)
            assert figure.locator(".wide svg path, .wide svg rect, .wide svg line").count() > 3
            assert figure.locator("figcaption p").inner_text().strip()
        details = figures.first.locator("details").first
        details.locator("summary").focus()
        visit.page.keyboard.press("Enter")
        assert details.locator("tbody tr").first.is_visible()
        visit.page.keyboard.press("Escape")


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(release: Path, browser: Browser) -> None:
    with visiting(browser, release / "report" / "index.html") as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "content"


def test_a_report_that_should_have_been_renewed_says_so_by_the_readers_clock(
    release: Path, browser: Browser
) -> None:
    with visiting(browser, release / "report" / "index.html") as visit:
        note = visit.page.locator("#freshness")
        due = datetime.fromisoformat(note.get_attribute("data-stale-after") or "")
        visit.page.clock.set_fixed_time(due)
        visit.page.reload()
        assert note.is_hidden()
        visit.page.clock.set_fixed_time(due + timedelta(days=3))
        visit.page.reload()
        assert "out of date: a newer one should have come 3 days ago" in note.inner_text()


def test_every_link_leads_somewhere(release: Path) -> None:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        marts = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    docs = (release / "docs" / "index.html").read_text("utf-8")
    for path in (release / "report" / "index.html", first_member(release)):
        page = path.read_text("utf-8")
        for address in LINK.findall(page):
            place, _, fragment = address.partition("#")
            if address.startswith(("https://", "http://")):
                assert path.name != "index.html", "the report leads nowhere outside"
                continue
            assert not place or (path.parent / place).is_file(), address
            if fragment.startswith("!/model/"):
                assert fragment.rpartition(".")[2] in marts, address
            elif fragment.startswith("!/metric/"):
                assert fragment.removeprefix("!/metric/") in docs, address
            elif not place:
                assert f'id="{fragment}"' in page, address


def test_the_report_is_small_enough_to_send(release: Path) -> None:
    assert (release / "report" / "index.html").stat().st_size < 5 * MEGABYTES


def test_hidden_names_are_nowhere(release: Path, nameless: Path) -> None:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        names = connection.execute(
            """
            select unnest([m.display_name, a.username, m.member_key]) as name
            from dim_member as m inner join dim_member_account as a using (member_key)
            where m.role is distinct from 'bot'
            """
        ).fetchall()
    told = {str(name) for (name,) in names if name is not None and len(str(name)) >= 6}
    shown = words((release / "report" / "index.html").read_text("utf-8"))
    assert any(name in shown for name in told)
    page = words((nameless / "index.html").read_text("utf-8"))
    # The plain look first, for a page is long and names are many.
    found = [name for name in told if name in page]
    assert [name for name in found if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", page)] == []
    assert not list((nameless / "members").glob("*.html"))


def words(page: str) -> str:
    """A page without its style and script; addresses and attributes stay."""
    return re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
