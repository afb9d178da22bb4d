"""What the DAGs share: where a task finds its environment, how it fails, how the last one knows of all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

MARTS = Path(__file__).parents[1] / "dbt_project" / "models" / "marts"


def assets() -> list[Asset]:
    """What a publication brings, for others to schedule on: the release and each of its tables."""
    tables = {"data_quality_results", *(path.stem for path in MARTS.rglob("*.sql"))}
    return [
        Asset("lodestar://community"),
        *(Asset(f"lodestar://community/{name}") for name in sorted(tables)),
    ]


@contextmanager
def final_errors(said: Sequence[str] = ()) -> Iterator[None]:
    """An error that Lodestar explains fails the task at once; one stopped with its worker is tried again.

    The error, after what was `said` before, is left for `all_was_well`. What the task writes is for owner and
    group alone.
    """
    from extractors.durable import private_umask
    from extractors.errors import LodestarError, Stopped

    private_umask()
    try:
        yield
    except Stopped:
        raise
    except LodestarError as error:
        get_current_context()["ti"].xcom_push(key="errors", value=[*said, str(error)])
        raise AirflowFailException(str(error)) from error


def all_was_well(ti: Any, *tasks: str, mapped: str) -> None:
    """Fail a run's last task with one line for each thing that was not well with those before it.

    `tasks` and every task of the `mapped` one leave their lines under `errors`. As the one task with a
    failure callback, this one tells once, of everything.
    """
    from warehouse.verdict import verdict

    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    errors = {task: ti.xcom_pull(task_ids=task, key="errors") for task in tasks}
    for index in range(sum(name.startswith(f"{mapped}_") for name in states)):
        errors[f"{mapped}_{index}"] = ti.xcom_pull(task_ids=mapped, key="errors", map_indexes=index)
    if problems := verdict(states, errors):
        raise AirflowFailException("\n".join(problems))


def environment() -> dict[str, str]:
    """The environment, with the sources' connections from wherever Airflow keeps them."""
    from airflow.sdk import Connection

    from extractors.config import load_sources

    environment = dict(os.environ)
    for source in load_sources():
        with suppress(AirflowNotFoundException):
            environment[source.connection_variable] = Connection.get(source.name).get_uri()
    return environment
