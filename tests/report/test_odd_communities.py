"""The report of communities that are nothing like the usual one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from report.names import page_name
from report.site import write
from tests.browser import visiting
from tests.dbt_project.conftest import empty_build

__all__ = ["empty_build"]

HOSTILE = (
    '<script>document.title = "taken over"</script>',
    '"><img src=x onerror="document.title = \'taken over\'">',
    "</title></style></svg><h1>taken over",
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnorw\u202c עברית 🦊🏽‍🚀 zero\u200bwidth",
    '=HYPERLINK("http://example.org")',
    "very long " * 60,
)


def described(folder: Path) -> None:
    """The release.json of a release without sources."""
    release = {
        "stamp": "20260310T030000Z",
        "code_version": "0.1.0",
        "as_of": "2026-03-11T00:00:00.000000Z",
        "built_at": "2026-03-10T03:00:00.000000Z",
        "stale_after": "2026-03-11T15:00:00.000000Z",
        "gate": {"passed": True, "checks": 0, "warned": 0, "failed": 0},
        "sources": {},
        "problems": [],
    }
    (folder / "release.json").write_text(json.dumps(release), "utf-8")


def test_a_warehouse_without_a_row_has_a_report_that_says_so(
    empty_build: Path, tmp_path: Path, browser: Browser
) -> None:
    with duckdb.connect(str(tmp_path / "community.duckdb")) as connection:
        connection.execute(f"attach '{empty_build / 'community.duckdb'}' as built (read_only)")
        for (mart,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'built' and schema_name = 'marts'"
        ).fetchall():
            connection.execute(f"create table {mart} as from built.marts.{mart}")
        connection.execute(
            """
            create table data_quality_results (
                stamp varchar, checked_at timestamptz, mart varchar, expectation varchar, column_name varchar,
                severity varchar, success boolean, observed varchar, expected varchar, message varchar
            )
            """
        )
    described(tmp_path)
    assert write(tmp_path).problems == []
    with visiting(browser, tmp_path / "report" / "index.html") as visit:
        assert "No occasion this week." in visit.page.locator("#today").inner_text()
        assert "Nobody has asked for anything yet." in visit.page.locator("#feedback").inner_text()
        assert visit.errors == []
        assert not visit.overflows()


@pytest.fixture(scope="module")
def hostile(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with names, titles and sentences that would like to be more than text."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copyfile(release / "community.duckdb", folder / "community.duckdb")
    shutil.copyfile(release / "release.json", folder / "release.json")
    with duckdb.connect(str(folder / "community.duckdb")) as connection:
        texts = connection.execute(
            """
            select c.table_name, c.column_name
            from duckdb_columns() as c inner join duckdb_tables() as t using (schema_name, table_name)
            where c.data_type = 'VARCHAR' and c.column_name in (
                'display_name', 'title', 'topic_title', 'name', 'organization', 'reason', 'asker_name',
                'first_reply_name', 'space_name', 'username', 'expertise_area'
            )
            """
        ).fetchall()
        for table, column in texts:
            chosen = f"list_extract($hostile, 1 + (hash({column}) % len($hostile))::int)"
            connection.execute(f"update {table} set {column} = {chosen}", {"hostile": list(HOSTILE)})
        connection.execute(
            "update fct_feature_request set url = 'javascript:alert(1)' where hash(request_key) % 2 = 0"
        )
    assert write(folder).problems == []
    return folder


def test_names_are_never_more_than_text(hostile: Path, browser: Browser) -> None:
    pages = [hostile / "report" / "index.html", next((hostile / "report" / "members").glob("*.html"))]
    for path in pages:
        with visiting(browser, path) as visit:
            assert visit.page.title().endswith("Community report")
            assert visit.page.locator("h1").count() == 1
            assert visit.page.locator("script").count() == 1
            assert visit.page.locator("img").count() == 0
            assert visit.errors == []
            assert visit.requests == []
            assert not visit.overflows()
            assert "49 " not in visit.page.title()


def test_only_addresses_of_the_web_become_links(hostile: Path) -> None:
    links = [
        link
        for page in (hostile / "report").rglob("*.html")
        for link in re.findall(r'href="([^"]*)"', page.read_text("utf-8"))
    ]
    assert any(link.startswith("https://") for link in links)
    assert not any(link.startswith("javascript:") for link in links)


def test_every_key_has_a_file_name_of_its_own_that_leads_nowhere_else() -> None:
    keys = ["forum:1", "forum-1", "forum:../../etc/passwd", "a/b", "a_2fb", "Ä:1", "desk:1", ""]
    names = [page_name(key) for key in keys]
    assert len(set(names)) == len(keys)
    assert not any("/" in name or name.startswith(".") for name in names if name != ".html")
