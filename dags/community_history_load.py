"""### The history load

Reads what lies before `start_date` of the sources in `sources.toml`, beside the daily load and at a share of
the vendor's rate limit (`history_share`, 30 % by default), until all is read: for days if need be. Start it
by hand once the daily load has run.

A run is one slice of at most `slice_minutes`: it reads, loads, tells in its log what is left, and starts the
next run. So no task holds a worker for longer than a slice. To stop, pause the DAG or end the run: what is
durable is kept. Unpause it or trigger it again to go on. The next daily load publishes what was loaded.

| task | does | from a shell |
|---|---|---|
| `read` | history of all chosen sources to landing files, for one slice | |
| `load` | what was read into the raw tables | `python -m warehouse load` |
| `go_on` | whether anything is left | `python -m warehouse status` |
| `next_slice` | starts the next run | `python -m warehouse history` does all of this |

`from` bounds how far back to read (default: the vendor's beginning); `sources` says which (default: all).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dags.alerts import on_failure
from dags.wiring import environment, final_errors


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["lodestar"],
    default_args={
        "queue": "warehouse",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "on_failure_callback": on_failure,
    },
    params={
        "from": Param(None, type=["null", "string"], format="date", description="no further back than this"),
        "sources": Param([], type="array", items={"type": "string"}, description="names; none means all"),
        "slice_minutes": Param(30, type="number", exclusiveMinimum=0, description="length of a slice"),
    },
    render_template_as_native_obj=True,
)
def community_history_load() -> None:
    @task(queue="default", retries=6, retry_delay=timedelta(minutes=10))
    def read(params: Any = None, ti: Any = None) -> bool:
        """Whether anything is left."""
        from extractors.clock import parse
        from extractors.config import data_dir, load_sources, named
        from extractors.slices import read_slice

        variables = environment()
        with final_errors():
            configured = load_sources(environ=variables)
            read = read_slice(
                named(configured, params["sources"]),
                data_dir(),
                all_sources=configured,
                since=parse(params["from"]) if params["from"] else None,
                minutes=params["slice_minutes"],
                environ=variables,
            )
        read.log()
        if read.problems and not read.has_advanced:
            # A vendor that is down now may be up in an hour, so this is tried again.
            may_pass = ti.try_number <= ti.max_tries
            raise (AirflowException if may_pass else AirflowFailException)("\n".join(read.problems))
        return read.is_left

    @task
    def load() -> None:
        from extractors.config import data_dir, load_sources
        from warehouse.upgrade import load_upgraded

        with final_errors():
            problems = load_upgraded(data_dir(), load_sources()).problems()
        if problems:
            raise AirflowFailException("\n".join(problems))

    @task.short_circuit(queue="default")
    def go_on(is_left: bool) -> bool:
        return is_left

    is_left: Any = read()
    loaded = load()
    following = go_on(is_left)
    is_left >> loaded >> following
    following >> TriggerDagRunOperator(
        task_id="next_slice",
        queue="default",
        trigger_dag_id="community_history_load",
        conf="{{ params }}",  # type: ignore[arg-type]
    )


community_history_load()
