"""### The weekly comparison with the vendors

Finds what the daily load can't see: records deleted or changed at the vendor below the windows that are read
again, records purged without a word, badges taken back. What is gone is marked as deleted, never dropped; the
next daily load publishes it.

| task | does | from a shell |
|---|---|---|
| `held` | writes down which records the warehouse holds | `python -m warehouse held` |
| `ask` | one mapped task a source: asks the vendor for what differs | |
| `load` | marks what is gone, brings what was missed, says how much | `python -m warehouse reconcile`: all |
| `verdict` | red when anything above was not well, so that someone is told | |

If so much is gone that a fault is likelier (more than 20 records and a fifth of a stream), `load` refuses it
and says how to accept it. Stop it at any time: the next run goes on. It keeps to the vendors' limits like the
daily load, so it begins some hours before that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

from dags.alerts import on_failure
from dags.wiring import all_was_well, environment, final_errors


@dag(
    schedule="0 22 * * 6",
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["lodestar"],
    default_args={"queue": "warehouse", "retries": 2, "retry_delay": timedelta(minutes=1)},
)
def community_reconcile() -> None:
    @task
    def held() -> list[str]:
        from extractors.config import data_dir, load_sources
        from warehouse.held import write_held

        with final_errors():
            sources = load_sources()
            write_held(data_dir(), sources)
        return [source.name for source in sources]

    @task(queue="default", map_index_template="{{ task.op_kwargs['name'] }}")
    def ask(name: str, ti: Any = None) -> None:
        from extractors.config import data_dir, load_sources
        from warehouse.reconcile import ask as ask_vendors

        variables = environment()
        with final_errors():
            configured = load_sources(environ=variables)
            source = next(source for source in configured if source.name == name)
            problems = ask_vendors(data_dir(), [source], all_sources=configured, environ=variables)
        ti.xcom_push(key="errors", value=problems)
        if problems:
            raise AirflowFailException("\n".join(problems))

    @task(trigger_rule="all_done")
    def load(ti: Any = None) -> list[str]:
        """What was found, a line for each kind of record."""
        from extractors.config import data_dir, load_sources
        from warehouse.reconcile import found
        from warehouse.upgrade import load_upgraded

        with final_errors():
            result = found(load_upgraded(data_dir(), load_sources()))
        ti.xcom_push(key="errors", value=result.problems())
        if result.problems():
            raise AirflowFailException("\n".join(result.problems()))
        return result.lines()

    # The one task that tells: it knows what was not well with all others.
    @task(trigger_rule="all_done", on_failure_callback=on_failure)
    def verdict(ti: Any = None) -> None:
        all_was_well(ti, "held", "load", mapped="ask")

    # Any: Airflow's types can't say that a task takes another's answer for its value.
    names: Any = held()
    asked, loaded = ask.expand(name=names), load()
    asked >> loaded >> verdict()


community_reconcile()
