"""Who is told when a run fails or is late: a message a person can act on, by e-mail and to a webhook.

`LODESTAR_ALERT_WEBHOOK` is an address that takes `{"text": …}` as Slack and Mattermost do;
`LODESTAR_ALERT_EMAIL` names recipients, separated by commas; mail goes by the connection `smtp_default`.
With neither, the message stands in the log only. Messages hold no secret and no record's value.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from html import escape
from typing import Any

import requests
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from extractors.errors import ConfigError

logger = logging.getLogger("lodestar.alerts")

RUNBOOK = "docs/runbook.md"
SECONDS = 10.0
DEADLINE_HOURS = 6.0


def on_failure(context: Mapping[str, Any]) -> None:
    """Airflow's callback for a failed task: tells what was not well, in the task's own words."""
    ti = context["ti"]
    error = context.get("exception")
    if isinstance(error, AirflowFailException):
        problems = [line.strip() for line in str(error).splitlines() if line.strip()]
    elif error is None:
        problems = [f"task {ti.task_id} ended without a word: its worker died, or it was killed"]
    else:
        # The text of an unforeseen error may hold a record's value.
        problems = [f"task {ti.task_id}: unexpected {type(error).__name__}"]
    tell(
        f"Lodestar: {ti.dag_id} failed",
        problems,
        f"Look up each line in {RUNBOOK} (A run is red). What was published before still stands; running the "
        "DAG again is always safe.",
        {"dag": ti.dag_id, "run": ti.run_id, "task": ti.task_id, "log": getattr(ti, "log_url", None) or ""},
    )


def on_lateness(context: Mapping[str, Any]) -> None:
    """Airflow's callback for a run that has not ended by its deadline."""
    run = context["dag_run"]
    # Airflow keeps the deadline of a run that failed, of which has been told.
    if run.get("state") in ("failed", "success"):
        return
    tell(
        f"Lodestar: {run['dag_id']} is late",
        [f"run {run['dag_run_id']} is {run.get('state', 'running')} and should have ended by now"],
        f"See which task runs, and `python -m warehouse status` for who holds the database; {RUNBOOK} (Late "
        "or silent). Nothing is lost by waiting.",
        {"dag": run["dag_id"], "run": run["dag_run_id"]},
    )


def deadline() -> DeadlineAlert | None:
    """A run must end within LODESTAR_DEADLINE_HOURS (default 6) of its start; 0 is no deadline.

    Raises `ConfigError` if that is no number; Airflow shows it as the DAG's import error.
    """
    text = os.environ.get("LODESTAR_DEADLINE_HOURS", "").strip() or str(DEADLINE_HOURS)
    try:
        interval = timedelta(hours=float(text))
    except (ValueError, OverflowError):
        raise ConfigError(
            f"LODESTAR_DEADLINE_HOURS is {text!r}. Give a number of hours, or 0 for no deadline"
        ) from None
    if interval <= timedelta():
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=interval,
        callback=SyncCallback(on_lateness),
    )


def tell(subject: str, problems: Sequence[str], remedy: str, where: Mapping[str, str]) -> None:
    """Send a message to whoever is configured; a channel that fails is logged and stops nothing."""
    lines = [*(f"- {problem}" for problem in problems), "", remedy]
    lines += [f"{name}: {value}" for name, value in where.items() if value]
    text = "\n".join(lines)
    logger.error("%s\n%s", subject, text)
    if webhook := os.environ.get("LODESTAR_ALERT_WEBHOOK", "").strip():
        _post(webhook, {"text": f"{subject}\n{text}", "subject": subject, "problems": [*problems], **where})
    if recipients := [each.strip() for each in os.environ.get("LODESTAR_ALERT_EMAIL", "").split(",")]:
        _mail([each for each in recipients if each], subject, text)


def _post(address: str, message: Mapping[str, Any]) -> None:
    # The address itself is a secret.
    try:
        answer = requests.post(address, json=message, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        logger.error("LODESTAR_ALERT_WEBHOOK can't be reached (%s)", type(error).__name__)
        return
    if not answer.ok or answer.is_redirect:
        logger.error("LODESTAR_ALERT_WEBHOOK answers %s: check the address", answer.status_code)


def _mail(recipients: Sequence[str], subject: str, text: str) -> None:
    if not recipients:
        return
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        with SmtpHook() as hook:
            hook.send_email_smtp(to=[*recipients], subject=subject, html_content=f"<pre>{escape(text)}</pre>")
    except (AirflowException, OSError) as error:
        logger.error(
            "the mail could not be sent (%s): check the Airflow connection smtp_default, its host, login and "
            "from_email",
            type(error).__name__,
        )
