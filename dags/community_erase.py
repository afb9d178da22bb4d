"""### Erase a person

Removes people from everything Lodestar holds, for good: landing files, database, releases, backups, logs.
What they did still counts, without them; they are kept out of what is read later.

Airflow shows and keeps the parameters of its runs, so they never name anybody. Write who it is into a file
`DATA_DIR/state/erase_requests/NAME`, a line for each person, `SOURCE ACCOUNT` or `email ADDRESS`, and give
this run the file's `request` name. The file is removed at the end. Logs and messages tell counts only.

| task | does | from a shell |
|---|---|---|
| `erase` | all of it; killed or failed, another run goes on | `python -m warehouse erase --request NAME` |

With `rehearse` it only tells how much would change. Who would be removed, with all linked accounts, tells
`python -m warehouse erase --request NAME --rehearse`, to the person at the terminal alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from dags.alerts import on_failure
from dags.wiring import final_errors


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["lodestar"],
    default_args={
        "queue": "warehouse",
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "on_failure_callback": on_failure,
    },
    params={
        "request": Param(
            type="string", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", description="a file's name"
        ),
        "rehearse": Param(False, type="boolean", description="tell how much would change; change nothing"),
    },
)
def community_erase() -> None:
    @task
    def erase(params: Any = None) -> None:
        import logging

        from extractors.config import data_dir, load_sources, privacy_keys
        from warehouse.erasing.run import erase_request, rehearse_request

        log = logging.getLogger("lodestar.erase")
        with final_errors():
            if params["rehearse"]:
                told = rehearse_request(data_dir(), params["request"], privacy_keys())
                log.info("%s", told.counts())
            else:
                log.info("%s", erase_request(data_dir(), load_sources(), params["request"], privacy_keys()))

    erase()


community_erase()
