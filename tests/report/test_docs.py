"""The release's docs as a community manager opens them: from disk, offline, at a desk and on a phone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser

from report.guide.complete import complete
from report.guide.page import DocsPage
from report.release import QUERIES
from report.show import show
from tests.browser import DESKTOP, PHONE, visiting

LINK = re.compile(r"\]\(#!/(\w+)/([\w.]+)\)")
PAGES = (
    "!/overview",
    "!/model/model.lodestar.member_scorecard",
    "!/metric/metric.lodestar.active_contributors",
    "!/exposure/exposure.lodestar.audience_program_lead",
    "!/seed/seed.lodestar.staff",
    "!/source/source.lodestar.raw.discourse__posts",
)


@pytest.fixture(scope="module")
def file(release: Path) -> Path:
    return release / "docs" / "index.html"


@pytest.fixture(scope="module")
def manifest(file: Path) -> dict[str, Any]:
    return DocsPage.read(file).manifest


def texts(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Everything that readers see as Markdown, by where it stands."""
    for key, doc in manifest["docs"].items():
        yield key, doc["block_contents"]
    for kind in ("nodes", "sources", "exposures", "metrics", "semantic_models"):
        for key, node in manifest[kind].items():
            yield key, node.get("description") or ""
            for name, column in node["columns"].items():
                yield f"{key}.{name}", column.get("description") or ""


@pytest.mark.parametrize(("width", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desk", "dark-phone"])
def test_every_kind_of_page_opens_offline_without_a_fault(
    file: Path, browser: Browser, width: int, dark: bool
) -> None:
    with visiting(browser, file, fragment=PAGES[0], width=width, dark=dark) as visit:
        for page in PAGES:
            visit.page.evaluate("address => { location.hash = address }", page)
            name = page.rpartition(".")[2]
            shown = {"!/overview": "Your community", "active_contributors": "Active contributors"}.get(
                name, ""
            )
            if page.startswith("!/exposure"):
                shown = "Program lead"
            visit.page.locator("main h1", has_text=shown or name).first.wait_for()
            assert visit.faults() == [], page
            assert not visit.overflows(), page
        assert visit.missing_pictures() == []
        assert visit.errors == []
        assert visit.requests == []


def test_the_lineage_and_the_search_open_without_a_fault(file: Path, browser: Browser) -> None:
    with visiting(browser, file, fragment="!/model/model.lodestar.thank_you_list") as visit:
        visit.page.locator("main h1", has_text="thank_you_list").wait_for()
        launcher = visit.page.locator(".launcher-btn [role=button]")
        launcher.focus()
        visit.page.keyboard.press("Enter")
        visit.page.locator(".launcher-embed canvas").first.wait_for()
        assert visit.faults() == []
        visit.page.get_by_label("Close Graph").click()
        visit.page.fill("#search", "thank")
        first = visit.page.locator(
            "main li", has=visit.page.get_by_role("link", name="thank_you_list", exact=True)
        )
        assert "table, Contribution" in first.inner_text()
        assert visit.faults() == []
        assert visit.errors == []


def test_pictures_in_the_overview_say_in_words_what_they_show(file: Path, browser: Browser) -> None:
    with visiting(browser, file, fragment="!/overview") as visit:
        visit.page.locator("main h1").wait_for()
        said = visit.page.locator("main img").evaluate_all("all => all.map(each => each.alt)")
        assert visit.missing_pictures() == []
    lines = [each for each in said if each]
    assert len(lines) >= 10
    assert all(
        re.search(r"by month, \w+ \d{4} to \w+ \d{4}: lowest .+, highest .+, last .+", each) for each in lines
    )


def test_on_a_phone_the_contents_open_and_close_by_keyboard(file: Path, browser: Browser) -> None:
    with visiting(browser, file, fragment="!/overview", width=PHONE) as visit:
        button = visit.page.get_by_role("button", name="Contents")
        menu = visit.page.locator("#ls-menu")
        button.wait_for()
        assert menu.is_hidden()
        button.press("Enter")
        assert menu.is_visible()
        assert visit.faults() == []
        visit.page.keyboard.press("Escape")
        assert menu.is_hidden()


def test_docs_that_should_have_been_renewed_say_so_by_the_readers_clock(
    release: Path, file: Path, browser: Browser
) -> None:
    built = datetime.fromisoformat(json.loads((release / "release.json").read_text("utf-8"))["built_at"])
    with visiting(browser, file, fragment="!/overview") as visit:
        note = visit.page.locator("#freshness")
        visit.page.clock.set_fixed_time(built + timedelta(hours=3))
        visit.page.reload()
        assert note.inner_text() == "Fresh: built 3 hours ago."
        visit.page.clock.set_fixed_time(built + timedelta(days=5))
        visit.page.reload()
        told = note.inner_text()
        assert "out of date: it was built 5 days ago" in told
        assert "From forum nothing has come since" in told
        assert visit.faults() == []


def test_a_source_that_never_came_is_told(file: Path, browser: Browser, tmp_path: Path) -> None:
    text = file.read_text("utf-8")
    changed = re.sub(r'("name": "desk", "loadedAt": )"[^"]+"', r"\1null", text)
    assert changed != text
    (tmp_path / "index.html").write_text(changed, "utf-8")
    with visiting(browser, tmp_path / "index.html", fragment="!/overview") as visit:
        assert "Nothing was ever loaded from desk." in visit.page.locator("#freshness").inner_text()


def test_every_token_is_replaced_and_every_link_leads_to_a_page(file: Path, manifest: dict[str, Any]) -> None:
    left = [key for key, text in texts(manifest) if "[[" in text]
    assert left == []
    places = {"model": "nodes", "seed": "nodes", "source": "sources"}
    broken = [
        (key, target)
        for key, text in texts(manifest)
        for kind, target in LINK.findall(text)
        if manifest[places.get(kind, f"{kind}s")].get(target, {}).get("resource_type") != kind
    ]
    assert broken == []
    overview = manifest["docs"]["doc.lodestar.__overview__"]["block_contents"]
    assert len(LINK.findall(overview)) > 100
    beside = set(re.findall(r"\]\((\.\.[^)]+)\)", overview))
    assert beside == {"../gate/index.html", "../report/index.html"}
    assert [each for each in beside if not (file.parent / each).is_file()] == []


def test_every_published_table_and_column_has_its_description(
    release: Path, manifest: dict[str, Any]
) -> None:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'main' and not internal"
        ).fetchall()
    silent = [
        (table, column)
        for table, column in columns
        if not manifest["nodes"][f"model.lodestar.{table}"]["columns"].get(column, {}).get("description")
    ]
    assert columns
    assert silent == []
    assert all(manifest["nodes"][f"model.lodestar.{table}"]["description"] for table, _ in columns)


def test_a_metrics_page_and_the_overview_show_the_published_value(
    release: Path, manifest: dict[str, Any]
) -> None:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        values = connection.execute(
            "select metric_name, value, unit, month from metric_values where is_latest order by 1"
        ).fetchall()
    overview = manifest["docs"]["doc.lodestar.__overview__"]["block_contents"]
    assert len(values) > 20
    for name, value, unit, month in values:
        shown = show(value, unit).replace("\u202f", "\u00a0")
        page = manifest["metrics"][f"metric.lodestar.{name}"]["description"]
        assert re.search(rf"\*\*{re.escape(shown)}\*\* (today|in {month:%B %Y})", page), name
        assert f"(#!/metric/metric.lodestar.{name}) {shown}" in overview, name


def test_the_report_depends_on_the_tables_it_reads(manifest: dict[str, Any]) -> None:
    """To mend: name the table in dbt_project/models/_exposures.yml."""
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["original_file_path"].startswith("models/marts/")
    }
    queries = "\n".join(path.read_text("utf-8") for path in QUERIES.rglob("*.sql"))
    read = set(re.findall(r"\b(?:from|join)\s+([a-z_]+)", re.sub(r"--.*", "", queries))) & marts
    named = manifest["exposures"]["exposure.lodestar.community_report"]["depends_on"]["nodes"]
    assert read
    assert read - {key.rpartition(".")[2] for key in named} == set()


def test_the_page_is_small_and_holds_no_tests_and_no_macros(file: Path, manifest: dict[str, Any]) -> None:
    assert file.stat().st_size < 6 * (1 << 20)
    assert {node["resource_type"] for node in manifest["nodes"].values()} == {"model", "seed"}
    assert manifest["macros"] == {}


def small_release(folder: Path, overview: str) -> Path:
    """A release with one table, no metrics, and a page as dbt writes it with this overview."""
    kinds = ("nodes", "sources", "exposures", "metrics", "semantic_models", "groups", "parent_map")
    manifest: dict[str, Any] = {"metadata": {"project_name": "lodestar"}} | {kind: {} for kind in kinds}
    manifest["docs"] = {"doc.lodestar.__overview__": {"name": "__overview__", "block_contents": overview}}
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "index.html").write_text(
        f'<html><head><meta charset="utf-8"><script>var n={{manifest:{json.dumps(manifest)},catalog:'
        '{"nodes": {}, "sources": {}}};</script></head><body></body></html>'
    )
    with duckdb.connect(str(folder / "community.duckdb")) as connection:
        connection.execute("create table weather as select 1 as degrees")
        connection.execute("comment on table weather is 'One row per day.'")
        connection.execute("comment on column weather.degrees is '</script><b>How warm {{ 1 + 1 }}.'")
    facts = {
        "built_at": "2026-03-01T03:00:00Z",
        "stale_after": "2026-03-02T15:00:00Z",
        "gate": {"checks": 7, "warned": 1, "failed": 0},
        "row_counts": {"weather": 1},
        "sources": {
            "sky": {"vendor": "discourse", "last_load_at": None, "stale_after_hours": 36.0, "status": "never"}
        },
    }
    (folder / "release.json").write_text(json.dumps(facts))
    return folder


def test_tokens_that_mean_nothing_are_told(tmp_path: Path) -> None:
    release = small_release(tmp_path, "[[loaded]] [[headlines: no_such]] [[nonsense]] [[value]]")
    assert complete(release) == [
        "the docs' overview: [[headlines]] names no_such, which is no metric",
        "the docs' doc.lodestar.__overview__: [[nonsense]] is no token that can be replaced",
        "the docs' doc.lodestar.__overview__: [[value]] is no token that can be replaced",
    ]
    page = DocsPage.read(release / "docs" / "index.html").manifest
    overview = page["docs"]["doc.lodestar.__overview__"]["block_contents"]
    assert "Of 7 checks, 1 did not hold" in overview
    assert "| sky | discourse | never | **never loaded** |" in overview
    table = page["nodes"]["model.lodestar.weather"]
    assert table["description"] == "One row per day."
    assert table["columns"]["degrees"]["description"] == "</script><b>How warm {{ 1 + 1 }}."


def test_a_table_that_dbt_does_not_make_and_hostile_text_stay_text(tmp_path: Path) -> None:
    release = small_release(tmp_path, "A guide.")
    assert complete(release) == []
    written = (release / "docs" / "index.html").read_text("utf-8")
    assert written.count("</script>") == written.count("<script")


def test_docs_completed_twice_are_the_same(release: Path, tmp_path: Path) -> None:
    for name in ("community.duckdb", "release.json"):
        (tmp_path / name).symlink_to(release / name)
    shutil.copytree(release / "docs", tmp_path / "docs")
    before = (tmp_path / "docs" / "index.html").read_bytes()
    assert complete(tmp_path) == []
    assert (tmp_path / "docs" / "index.html").read_bytes() == before
