"""What the DAGs share: where a task finds its environment, and how it fails."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

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

    The error, after what was `said` before, is left for `verdict`. What the task writes is for owner and
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


def environment() -> dict[str, str]:
    """The environment, with the sources' connections from wherever Airflow keeps them."""
    from airflow.sdk import Connection

    from extractors.config import load_sources

    environment = dict(os.environ)
    for source in load_sources():
        with suppress(AirflowNotFoundException):
            environment[source.connection_variable] = Connection.get(source.name).get_uri()
    return environment
