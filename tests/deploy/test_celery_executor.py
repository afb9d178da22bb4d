"""The executor of the compose file can start with the locked packages."""

from __future__ import annotations

import subprocess
import sys


def test_airflows_celery_executor_can_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import airflow.providers.celery.executors.celery_executor"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
