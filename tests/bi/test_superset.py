"""Superset as `make bi` starts it: each chart against a query of its own, a release swapped beneath it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
import yaml
from playwright.sync_api import Browser, TimeoutError

from bi.bundle import ASSETS, read_assets
from tests.bi.cookbook import recipes

ROOT = Path(__file__).parents[2]
CHARTS = {Path(path).stem: asset for path, asset in read_assets().items() if path.startswith("charts/")}
DIRECT = {
    path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "direct").glob("*.sql"))
}
"""What each chart shows, asked of the file without Superset."""


@dataclass
class Superset:
    """A running Superset, and the data folder it reads."""

    base: str
    data_dir: Path
    session: requests.Session
    user: str
    password: str

    @property
    def current(self) -> Path:
        """What is published."""
        return self.data_dir / "published" / "current"

    def get(self, path: str) -> Any:
        """GET of the API."""
        answer = self.session.get(f"{self.base}/api/v1/{path}", timeout=120)
        assert answer.ok, answer.text[:500]
        return answer.json()

    def post(self, path: str, body: Any) -> requests.Response:
        """POST to the API."""
        return self.session.post(f"{self.base}/api/v1/{path}", json=body, timeout=120)

    def chart(self, name: str) -> Any:
        """A chart of the project as Superset has it."""
        listed = self.get("chart/?q=(page_size:100)")["result"]
        (found,) = [each for each in listed if each["uuid"] == CHARTS[name]["uuid"]]
        return self.get(f"chart/{found['id']}")["result"]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """What a chart's query gives, before it is turned for drawing."""
        context = json.loads(self.chart(name)["query_context"])
        (query,) = context["queries"]
        answer = self.post(
            "chart/data", context | {"queries": [query | {"post_processing": []}], "force": True}
        )
        assert answer.ok, answer.text[:500]
        rows: list[dict[str, Any]] = answer.json()["result"][0]["data"]
        return rows

    def direct(self, sql: str) -> list[dict[str, Any]]:
        """The answer of the published file itself, times as Superset tells them."""
        with duckdb.connect(str(self.current / "community.duckdb"), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            asked = connection.execute(sql)
            names = [column[0] for column in asked.description or ()]
            return [dict(zip(names, map(_told, row), strict=True)) for row in asked.fetchall()]


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp() * 1000
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000
    return value


def _publish(release: Path, data_dir: Path, stamp: str) -> None:
    """Put a copy of the release under `published/releases/<stamp>` and switch `current` to it."""
    folder = data_dir / "published" / "releases" / stamp
    folder.mkdir(parents=True)
    shutil.copy(release / "community.duckdb", folder)
    _switch(data_dir, stamp)


def _switch(data_dir: Path, stamp: str) -> None:
    beside = data_dir / "published" / "current.new"
    beside.symlink_to(Path("releases") / stamp)
    beside.replace(data_dir / "published" / "current")


@pytest.fixture(scope="module")
def superset(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """Superset on copies of a release, with the dashboards in it."""
    data_dir = tmp_path_factory.mktemp("bi") / "a folder, 100 % odd"
    _publish(release, data_dir, "first")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = os.environ | {"LODESTAR_BI_PORT": str(port)}
    make = ["make", "-C", str(ROOT), f"DATA_DIR={data_dir}"]
    done = subprocess.run([*make, "bi"], env=given, capture_output=True, text=True, timeout=1100)
    log = data_dir / "logs" / "superset.log"
    try:
        told = log.read_text()[-3000:] if log.is_file() else ""
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{told}"
        said = next(line for line in done.stdout.splitlines() if line.startswith("Sign in:"))
        user, _, password = said.split()[2:5]
        base = f"http://127.0.0.1:{port}"
        session = requests.Session()
        answer = session.post(
            f"{base}/api/v1/security/login",
            json={"username": user, "password": password, "provider": "db"},
            timeout=120,
        )
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        found = Superset(base, data_dir, session, user, password)
        session.headers["X-CSRFToken"] = found.get("security/csrf_token/")["result"]
        session.headers["Referer"] = base
        yield found
    finally:
        subprocess.run([*make, "bi-down"], capture_output=True, check=True)


def test_only_someone_who_signed_in_sees_anything(superset: Superset) -> None:
    assert requests.get(f"{superset.base}/api/v1/chart/", timeout=60).status_code == 401
    home = superset.data_dir / "bi"
    assert not [path for path in (home / "secret_key", home / "password") if path.stat().st_mode & 0o077]


def test_the_dashboards_and_every_table_are_there(superset: Superset) -> None:
    titles = {each["slug"] for each in superset.get("dashboard/")["result"]}
    assert titles == {"lodestar-feedback", "lodestar-program", "lodestar-support"}
    with duckdb.connect(str(superset.current / "community.duckdb"), read_only=True) as connection:
        (tables,) = connection.execute("select count(*) from duckdb_tables()").fetchone() or (0,)
    assert superset.get("dataset/")["count"] == tables
    assert superset.get("saved_query/")["count"] == len(recipes())


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_shows_what_the_file_says(superset: Superset, name: str) -> None:
    found, expected = superset.rows(name), superset.direct(DIRECT[name])
    assert expected
    if CHARTS[name]["viz_type"] != "table":
        found, expected = (sorted(rows, key=lambda row: str([row[key] for key in sorted(row)]))
                           for rows in (found, expected))  # fmt: skip
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == {
            key: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
            for key, value in other.items()
        }


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("create table mine as select 1", "read-only"),
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
    ],
)
def test_nobody_writes_to_the_release_or_reads_other_files(
    superset: Superset, sql: str, refused: str
) -> None:
    database = superset.get("database/")["result"][0]["id"]
    answer = superset.post("sqllab/execute/", {"database_id": database, "sql": sql, "runAsync": False})
    assert not answer.ok
    assert refused in answer.text or "DML" in answer.text, answer.text[:500]


def test_what_is_exported_is_what_was_imported(superset: Superset, tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "bi_export.sh", tmp_path],
        env=os.environ | {"DATA_DIR": str(superset.data_dir)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    exported = {
        str(path.relative_to(tmp_path)): yaml.safe_load(path.read_text()) for path in tmp_path.rglob("*.yaml")
    }
    kept = {
        path: asset for path, asset in read_assets().items() if not path.startswith(("databases", "meta"))
    }
    assert exported == kept
    text = next(path for path in tmp_path.rglob("contributors.yaml")).read_text()
    assert text == (ASSETS / "charts" / "contributors.yaml").read_text()


def test_it_keeps_answering_while_releases_are_swapped(
    superset: Superset, release: Path, browser: Browser, tmp_path: Path
) -> None:
    """As a daily load does it, only faster; each answer is of one release or of the other, whole."""
    _publish(release, superset.data_dir, "second")
    second = superset.data_dir / "published" / "releases" / "second" / "community.duckdb"
    with duckdb.connect(str(second)) as connection:
        connection.execute("update source_freshness set status = 'stale', explanation = 'Of the second.'")
    possible = []
    for stamp in ("first", "second"):
        _switch(superset.data_dir, stamp)
        possible.append(superset.direct(DIRECT["sources"]))
    stop = threading.Event()

    def swap() -> None:
        number = 0
        while not stop.wait(0.2):
            _switch(superset.data_dir, ("first", "second")[number % 2])
            number += 1

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        seen = []
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            found = superset.rows("sources")
            assert found in possible
            seen.append(possible.index(found))
        assert set(seen) == {0, 1}
        shown = _dashboards(superset, browser, tmp_path)
    finally:
        stop.set()
        swapping.join()
    for slug, (charts, faults, asked) in shown.items():
        assert (charts, faults, asked) == (_charts_of(slug), [], []), slug


def _charts_of(dashboard: str) -> int:
    position = read_assets()[f"dashboards/{dashboard}.yaml"]["position"]
    return sum(isinstance(item, dict) and item.get("type") == "CHART" for item in position.values())


def _dashboards(
    superset: Superset, browser: Browser, folder: Path
) -> dict[str, tuple[int, list[str], list[str]]]:
    """By dashboard: charts drawn, what they complain of, addresses outside that answered. With pictures."""
    context = browser.new_context(viewport={"width": 1280, "height": 3400})
    page = context.new_page()
    asked: list[str] = []
    page.on(
        "requestfinished",
        lambda request: (
            None if request.url.startswith((superset.base, "data:", "blob:")) else asked.append(request.url)
        ),
    )
    page.goto(f"{superset.base}/login/")
    page.fill("#username", superset.user)
    page.fill("#password", superset.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/**", timeout=120_000)
    found = {}
    for slug in ("program", "feedback", "support"):
        page.goto(f"{superset.base}/superset/dashboard/lodestar-{slug}/?standalone=2")
        drawn = "number => document.querySelectorAll('[data-test=slice-container]').length >= number"
        # If some never come, the picture shows which.
        with suppress(TimeoutError):
            page.wait_for_function(drawn, arg=_charts_of(slug), timeout=90_000)
        page.wait_for_timeout(3000)
        page.screenshot(path=folder / f"{slug}.png", full_page=True)
        charts = page.locator("[data-test=slice-container]").count()
        faults = page.locator("[role=alert]").all_inner_texts()
        found[slug] = (charts, faults, list(asked))
    context.close()
    return found
