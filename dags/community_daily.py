"""### The daily load

Reads every source of `sources.toml`, loads what came, builds the marts, checks them and publishes them.

| task | does | from a shell |
|---|---|---|
| `extract` | one mapped task a source: API pages to landing files | `python -m extractors forum` |
| `load` | complete extractions into the raw tables | `python -m warehouse load` |
| `build` | dbt, then a candidate release | `python -m warehouse build` |
| `gate` | Great Expectations on the candidate | `python -m expectations CANDIDATE` |
| `publish` | the candidate becomes `current`, in one atomic switch | `python -m warehouse publish` |
| `verdict` | red when anything above was not well, so that someone is told | `python -m warehouse status` |

A dead source is a red `extract` task; the build still runs on what could be read. A failed check leaves the
published release as it was. Running the DAG again at any time is safe: nothing is lost or doubled. A task
whose worker died is run again, up to twice; an error that Lodestar explains waits for a person.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

from dags.alerts import deadline, on_failure
from dags.wiring import all_was_well, assets, environment, final_errors


@dag(
    schedule="0 3 * * *",
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["lodestar"],
    deadline=deadline(),
    # For workers that die: whatever a task left half-done, running it again completes.
    default_args={"queue": "warehouse", "retries": 2, "retry_delay": timedelta(minutes=1)},
)
def community_daily() -> None:
    @task(queue="default")
    def sources() -> list[str]:
        from extractors.config import load_sources

        with final_errors():
            return [source.name for source in load_sources()]

    @task(queue="default", map_index_template="{{ task.op_kwargs['name'] }}")
    def extract(name: str, ti: Any = None) -> None:
        from extractors.config import data_dir, load_sources
        from extractors.run import extract as extract_source

        with final_errors():
            configured = load_sources(environ=environment())
            source = next(source for source in configured if source.name == name)
            report = extract_source(source, data_dir(), all_sources=configured)
        ti.xcom_push(key="errors", value=report.problems())
        if report.failed:
            raise AirflowFailException("\n".join(report.problems()))

    @task(trigger_rule="all_done")
    def load(ti: Any = None) -> None:
        from extractors.config import data_dir, load_sources
        from warehouse.backup import backup
        from warehouse.upgrade import load_upgraded

        with final_errors():
            problems = load_upgraded(data_dir(), load_sources()).problems()
        ti.xcom_push(key="errors", value=problems)
        with final_errors(problems):
            backup(data_dir())

    @task
    def build() -> str:
        from extractors.config import data_dir
        from warehouse.build import build as build_candidate

        with final_errors():
            return str(build_candidate(data_dir()).path)

    @task
    def gate(candidate: str) -> str:
        from expectations.gate import check
        from extractors.config import data_dir
        from warehouse.publish import publish as publish_candidate

        current = data_dir() / "published" / "current"
        with final_errors():
            answer = check(Path(candidate), current if current.is_dir() else None)
            if not answer.passed:
                # Sets the candidate aside and fails with the names of the failed expectations.
                publish_candidate(data_dir(), Path(candidate))
        return candidate

    @task(outlets=assets())
    def publish(candidate: str, ti: Any = None) -> str:
        from extractors.config import data_dir
        from warehouse.publish import publish as publish_candidate

        with final_errors():
            release = publish_candidate(data_dir(), Path(candidate))
        ti.xcom_push(key="errors", value=release.problems)
        return str(release.path)

    # The one task that tells: it knows what was not well with all others.
    @task(trigger_rule="all_done", on_failure_callback=on_failure)
    def verdict(ti: Any = None) -> None:
        all_was_well(ti, "sources", "load", "build", "gate", "publish", mapped="extract")

    extracted = extract.expand(name=sources())
    loaded = load()
    # Any: Airflow's types can't say that a task takes another's answer for its value.
    candidate: Any = build()
    checked: Any = gate(candidate)
    published = publish(checked)
    extracted >> loaded >> candidate
    published >> verdict()


community_daily()
