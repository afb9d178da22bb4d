"""What the DAGs promise to those who schedule on them and to those who are called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from airflow.sdk import DAG

import dags
from expectations.suites import SUITES, UNCHECKED

FOLDER = Path(next(iter(dags.__path__)))
NAMES = sorted(path.stem for path in FOLDER.glob("community_*.py"))


def dag_of(name: str) -> DAG:
    """The DAG of a file, which bears its name."""
    dag = getattr(import_module(f"dags.{name}"), name)()
    assert isinstance(dag, DAG)
    return dag


def test_a_publication_announces_the_release_and_every_table_in_it() -> None:
    outlets = {asset.uri.rstrip("/") for asset in dag_of("community_daily").get_task("publish").outlets}
    tables = set(SUITES) | UNCHECKED
    assert outlets == {"lodestar://community", *(f"lodestar://community/{table}" for table in tables)}


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_on_call_hears_of_a_failed_run_once(name: str) -> None:
    telling = {task.task_id for task in dag_of(name).tasks if task.on_failure_callback}
    if "verdict" in dag_of(name).task_ids:
        # It alone runs whatever failed before, and knows of all.
        assert telling == {"verdict"}
        assert dag_of(name).get_task("verdict").trigger_rule == "all_done"
    else:
        # One task after another: the first that fails is the only one.
        assert telling == set(dag_of(name).task_ids)


def test_the_daily_load_must_end_in_time() -> None:
    assert dag_of("community_daily").deadline


@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_waits_and_missed_ones_are_not_made_up(name: str) -> None:
    dag = dag_of(name)
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    assert dag.doc_md
