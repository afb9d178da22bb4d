"""A failed or late run is told once, by mail and to a webhook, in words a person can act on."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dags.alerts import deadline, on_failure, on_lateness
from extractors.errors import ConfigError

TASK = SimpleNamespace(
    dag_id="community_daily",
    run_id="scheduled__2026-11-23",
    task_id="verdict",
    log_url="http://airflow.example/log",
)
LINES = (
    "source desk, stream tickets: the login is refused: 401 (unauthorized). Check login and password in "
    "AIRFLOW_CONN_DESK.\nsource forum, stream posts: 3 of 90 records were rejected"
)


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[int]:
    """The port of a server that runs beside the test."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a webhook received."""
    messages: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(404 if "gone" in self.path else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with served(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        monkeypatch.setenv("LODESTAR_ALERT_WEBHOOK", f"http://127.0.0.1:{port}/hook-T0PSECRET")
        yield messages


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What a mail server received."""
    mails: list[bytes] = []

    class Mailbox(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail.example ESMTP\r\n")
            for line in self.rfile:
                match line.split()[0].upper():
                    case b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    case b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        body = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            body += part
                        mails.append(body)
                self.wfile.write(b"250 ok\r\n")

    with served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)) as port:
        monkeypatch.setenv(
            "AIRFLOW_CONN_SMTP_DEFAULT",
            f"smtp://127.0.0.1:{port}/?disable_ssl=true&disable_tls=true&from_email=lodestar%40example.org",
        )
        monkeypatch.setenv("LODESTAR_ALERT_EMAIL", "oncall@example.org, lead@example.org")
        yield mails


def test_a_failed_run_is_one_message_that_says_what_and_what_to_do(
    posted: list[dict[str, Any]], mailed: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    on_failure({"ti": TASK, "exception": AirflowFailException(LINES)})
    (message,) = posted
    assert message["subject"] == "Lodestar: community_daily failed"
    assert message["problems"] == [
        "source desk, stream tickets: the login is refused: 401 (unauthorized). Check login and password in "
        "AIRFLOW_CONN_DESK.",
        "source forum, stream posts: 3 of 90 records were rejected",
    ]
    assert "docs/runbook.md" in message["text"]
    assert message["log"] == TASK.log_url
    (mail,) = mailed
    parsed = message_from_bytes(mail)
    assert parsed["Subject"] == message["subject"]
    assert parsed["To"] == "oncall@example.org, lead@example.org"
    body = b"".join(part.get_payload(decode=True) or b"" for part in parsed.walk() if not part.is_multipart())  # type: ignore[misc]
    assert b"the login is refused: 401" in body
    assert "T0PSECRET" not in caplog.text


def test_the_text_of_an_unforeseen_error_is_told_to_nobody(posted: list[dict[str, Any]]) -> None:
    on_failure({"ti": TASK, "exception": KeyError("ann@example.com")})
    on_failure({"ti": TASK, "exception": None})
    assert [message["problems"] for message in posted] == [
        ["task verdict: unexpected KeyError"],
        ["task verdict ended without a word: its worker died, or it was killed"],
    ]
    assert "ann@" not in json.dumps(posted)


def test_a_late_run_is_told(posted: list[dict[str, Any]]) -> None:
    run = {"dag_id": "community_daily", "dag_run_id": "manual__1", "state": "running"}
    on_lateness({"dag_run": run})
    # Of a failed one it was told already.
    on_lateness({"dag_run": run | {"state": "failed"}})
    (message,) = posted
    assert message["subject"] == "Lodestar: community_daily is late"
    assert message["problems"] == ["run manual__1 is running and should have ended by now"]


def test_a_channel_that_fails_is_logged_without_its_address_and_stops_nothing(
    posted: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LODESTAR_ALERT_EMAIL", "oncall@example.org")
    monkeypatch.setenv(
        "AIRFLOW_CONN_SMTP_DEFAULT", "smtp://user:hunter2@127.0.0.1:9/?disable_ssl=true&retry_limit=1"
    )
    monkeypatch.setenv("LODESTAR_ALERT_WEBHOOK", "http://127.0.0.1:9/hook-T0PSECRET")
    on_failure({"ti": TASK, "exception": AirflowFailException("source desk: down")})
    assert "LODESTAR_ALERT_WEBHOOK can't be reached (ConnectionError)" in caplog.text
    assert "check the Airflow connection smtp_default" in caplog.text
    assert not {"T0PSECRET", "hunter2"} & set(caplog.text.split("/"))
    assert "T0PSECRET" not in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(("text", "hours"), [("", 6.0), ("2.5", 2.5), ("0", None)])
def test_the_deadline_is_what_was_set(
    text: str, hours: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESTAR_DEADLINE_HOURS", text)
    found = deadline()
    assert (found and found.interval) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize("text", ["six", "nan", "1e300"])
def test_a_deadline_that_is_no_number_says_so(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTAR_DEADLINE_HOURS", text)
    with pytest.raises(ConfigError, match=r"LODESTAR_DEADLINE_HOURS is .* Give a number of hours"):
        deadline()
