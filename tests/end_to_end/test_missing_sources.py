"""A community without a forum, a board or a desk is published.

One of them is loaded through Airflow, with faults, and what is secret or private is nowhere afterwards.
"""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from extractors.suppression import Token
from tests.end_to_end.pipeline import ROOT, Pipeline, ask, behind_sandbox, small_community
from tests.parsed import parsed
from warehouse.erasing.traces import Searcher, search
from warehouse.layout import Layout

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
SIZE = {"members": 80, "months": 4, "posts": 900, "requests": 30, "tickets": 60}
VENDORS = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
CASES = {"no board, no desk": {"forum"}, "no forum": {"ideas", "desk"}}
FORUM = {
    "content_seeding_departments",
    "content_seeding_monthly",
    "deflection_monthly",
    "missed_deflection",
    "self_service_monthly",
    "space_health",
    "waiting_question_answerers",
    "waiting_questions",
}
"""Marts of what only forums tell."""
WEBHOOK = "http://127.0.0.1:9/hooks/W3bh00k-Secret-Of-Ours"
WRONG = "a-Mistyped-Passw0rd"
FAULTS = {
    "rate": 0.05,
    "seed": 5,
    "kinds": ["500", "cut", "truncated", "429_seconds"],
    "repeat": 1,
    "wait_seconds": 0.0,
}
PRIVATE = {
    ("zendesk", "users"): ("email", "phone"),
    ("zendesk", "tickets"): ("description",),
    ("uservoice", "users"): ("email_address", "last_ip"),
}
"""Fields of which nothing may reach the disk."""


def through_airflow(pipeline: Pipeline) -> None:
    """One run of the DAG; raises if a task, the gate or a chapter of the report fails."""
    with parsed(Layout(pipeline.data_dir).dbt_target):
        done = subprocess.run(
            [ROOT / "scripts" / "run.sh"],
            cwd=ROOT,
            env=pipeline.environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    (pipeline.data_dir / "logs" / "told.txt").write_text(done.stdout + done.stderr)


def secrets_of(pipeline: Pipeline) -> list[str]:
    """Passwords, keys and addresses that only the environment may hold, as they are and as they travel."""
    connections = [
        json.loads(text) for name, text in pipeline.environ.items() if name.startswith("AIRFLOW_CONN_")
    ]
    pairs = [(each["login"], each["password"]) for each in connections]
    pairs += [(f"{login}/token", password) for login, password in pairs]
    return [
        WEBHOOK.rpartition("/")[2],
        WRONG,
        pipeline.environ["LODESTAR_PRIVACY_KEYS"].partition(":")[2],
        *(password for _, password in pairs),
        *(base64.b64encode(f"{login}:{password}".encode()).decode() for login, password in pairs),
    ]


def private_values(community: Path, vendors: set[str]) -> list[str]:
    """Values of private fields in the sources' datasets, a few of each that are long enough to be told."""
    found: list[str] = []
    for (vendor, stream), fields in PRIVATE.items():
        path = community / vendor / f"{stream}.jsonl.gz"
        if vendor not in vendors or not path.exists():
            continue
        with gzip.open(path, "rt") as lines:
            records: list[dict[str, Any]] = [json.loads(line) for line in lines]
        for name in fields:
            values = dict.fromkeys(str(each[name]) for each in records if len(str(each.get(name) or "")) > 8)
            found += list(values)[:5]
    return found


def disturbed_and_searched(pipeline: Pipeline, community: Path, names: set[str]) -> None:
    """A run through Airflow with faults, and one with wrong passwords: nothing secret or private stays."""
    ask(f"{pipeline.base}/_sandbox/faults", FAULTS)
    through_airflow(pipeline)
    met = ask(f"{pipeline.base}/_sandbox/requests")
    assert all(sum(met[name]["faults"].values()) > 0 for name in names)
    refused = replace(pipeline, environ=with_wrong_passwords(pipeline.environ)).command(
        "extractors", check=False
    )
    assert refused.returncode == 1
    assert "the login is refused: 401" in refused.stderr
    (pipeline.data_dir / "logs" / "refused.txt").write_text(refused.stdout + refused.stderr)
    private = private_values(community, {VENDORS[name] for name in names})
    assert len(private) > 10
    tokens = [Token("text", value, "") for value in (*secrets_of(pipeline), *private)]
    traces, searched = search([pipeline.data_dir], Searcher(tokens, []))
    assert searched > 50
    assert [str(trace) for trace in traces] == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A community's three sources, of which nothing was read yet."""
    folder = tmp_path_factory.mktemp("sources")
    sources = small_community(folder / "community", seed=23, end=TODAY, **SIZE)
    with behind_sandbox(sources, folder / "data") as pipeline:
        yield pipeline.at(TODAY)


def with_only(served: Pipeline, names: set[str], folder: Path) -> Pipeline:
    """The same with a sources.toml that names only some sources."""
    file = folder / "sources.toml"
    file.write_text("".join(f'[sources.{name}]\nvendor = "{VENDORS[name]}"\n' for name in sorted(names)))
    pipeline = served.beside(folder / "data")
    own = {"LODESTAR_SOURCES": str(file), "LODESTAR_REPORT": "names", "LODESTAR_ALERT_WEBHOOK": WEBHOOK}
    return replace(pipeline, environ=pipeline.environ | own)


def marts_by_folder(pipeline: Pipeline) -> dict[str, set[str]]:
    manifest = json.loads((pipeline.data_dir / "warehouse" / "dbt" / "manifest.json").read_text())
    found: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            found.setdefault(node["fqn"][2], set()).add(node["name"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_empty_and_all_else_is_published(
    served: Pipeline, case: str, tmp_path: Path
) -> None:
    names = CASES[case]
    pipeline = with_only(served, names, tmp_path)
    if "desk" in names:
        disturbed_and_searched(pipeline, Path(served.data_dir).parent / "community", names)
    else:
        pipeline.read_and_load()
        # Raises if the build, the gate, the publication or a chapter of its report fails.
        pipeline.release()

    published = pipeline.published()
    marts = marts_by_folder(pipeline)
    of_source = {
        "forum": FORUM,
        "ideas": marts["feedback"],
        "desk": marts["support"] - {"deflection_monthly"},
    }
    missing = set(of_source) - names
    filled = {mart for name in missing for mart in of_source[name] if published[mart]}
    assert filled == set()
    kept = {"forum": "space_health", "ideas": "fct_feature_request", "desk": "fct_ticket"}
    assert [name for name in names if not published[kept[name]]] == []
    assert published["fct_contribution"] and published["dim_member"]

    freshness = freshness_of(pipeline)
    assert {name for name, (status, _) in freshness.items() if status == "ok"} == names
    absent = {name: why for name, (status, why) in freshness.items() if status == "absent"}
    assert set(absent) == {VENDORS[name] for name in missing}
    assert all("is configured in sources.toml, so" in why for why in absent.values())


def with_wrong_passwords(environ: dict[str, str]) -> dict[str, str]:
    """The environment, but no vendor takes its password."""
    return environ | {
        name: json.dumps(json.loads(text) | {"password": WRONG})
        for name, text in environ.items()
        if name.startswith("AIRFLOW_CONN_")
    }


def freshness_of(pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    """Status and explanation of each source."""
    with duckdb.connect(str(pipeline.current / "community.duckdb"), read_only=True) as connection:
        rows = connection.execute("select source_name, status, explanation from source_freshness").fetchall()
    return {name: (status, why) for name, status, why in rows}
