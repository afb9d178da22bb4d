"""A ticket's metric set and metric events."""

from __future__ import annotations

from typing import Any

from sandbox.simulation.chance import stamp_s
from sandbox.simulation.desk import Event
from sandbox.simulation.desk_ids import API
from sandbox.simulation.writer import Record

_LIVE = ("new", "open", "pending", "hold")


class MetricSet:
    """A ticket's metric set and metric events, in whole calendar minutes."""

    def __init__(self, number: int, born: int) -> None:
        self._number = number
        self._born = born
        self._status = "new"
        self._since = born
        self._spent = {"new": 0, "open": 0, "pending": 0, "hold": 0}
        self._values: dict[str, Any] = {
            "group_stations": 0,
            "assignee_stations": 0,
            "reopens": 0,
            "replies": 0,
            "assignee_updated_at": None,
            "requester_updated_at": None,
            "status_updated_at": stamp_s(born),
            "initially_assigned_at": None,
            "assigned_at": None,
            "solved_at": None,
            "latest_comment_added_at": None,
        }
        self._updated = born
        self._first_reply: int | None = None
        self._first_resolution: int | None = None
        self._resolution: int | None = None
        self._running: dict[str, int] = {}
        self._instances: dict[str, int] = {}
        self.events: list[tuple[int, str, int, str]] = []
        for metric in ("agent_work_time", "requester_wait_time", "reply_time"):
            self.events.append((born, metric, 0, "measure"))
            self._start(born, metric)

    def _start(self, at: int, metric: str) -> None:
        if metric not in self._running:
            self._instances[metric] = self._instances.get(metric, 0) + 1
            self._running[metric] = self._instances[metric]
            self.events.append((at, metric, self._instances[metric], "activate"))

    def _stop(self, at: int, metric: str, how: str) -> None:
        instance = self._running.pop(metric, None)
        if instance is not None:
            self.events.append((at, metric, instance, how))

    def apply(self, event: Event, state: dict[str, Any], requester: int) -> None:
        """Takes one update into account; `state` is the ticket after it."""
        at, values = event.at, self._values
        self._updated = at
        changes = event.changes
        if "group_id" in changes:
            values["group_stations"] += 1
        if "assignee_id" in changes:
            values["assignee_stations"] += 1
            values["assigned_at"] = stamp_s(at)
            values["initially_assigned_at"] = values["initially_assigned_at"] or stamp_s(at)
        if event.by == requester:
            values["requester_updated_at"] = stamp_s(at)
        elif event.by >= 0:
            values["assignee_updated_at"] = stamp_s(at)
        if event.comment is not None:
            values["latest_comment_added_at"] = stamp_s(at)
            if event.comment.public and event.by != requester:
                values["replies"] += 1
                if self._first_reply is None:
                    self._first_reply = at
                self._stop(at, "reply_time", "fulfill")
            elif event.by == requester and at > self._born:
                self._start(at, "reply_time")
        if "status" in changes and at > self._born:
            self._move(at, state["status"])

    def _move(self, at: int, status: str) -> None:
        values = self._values
        if self._status in _LIVE:
            self._spent[self._status] += at - self._since
        if status in ("solved", "closed") and self._status in _LIVE:
            self._first_resolution = self._first_resolution or at
            self._resolution = at
            values["solved_at"] = stamp_s(at)
            for metric in ("agent_work_time", "requester_wait_time", "reply_time"):
                self._stop(at, metric, "fulfill")
        elif status in _LIVE and self._status in ("solved", "closed"):
            values["reopens"] += 1
            values["solved_at"] = None
            self._resolution = None
        if status in ("new", "open"):
            self._start(at, "agent_work_time")
        elif status in ("pending", "hold"):
            self._stop(at, "agent_work_time", "pause")
        if status in ("new", "open", "hold"):
            self._start(at, "requester_wait_time")
        elif status == "pending":
            self._stop(at, "requester_wait_time", "pause")
        self._status, self._since = status, at
        values["status_updated_at"] = stamp_s(at)

    def record(self) -> Record:
        """The metric set as side-loaded with the ticket."""

        def minutes(ms: int | None) -> dict[str, int | None]:
            return {"calendar": None if ms is None else ms // 60_000, "business": None}

        def since_birth(at: int | None) -> int | None:
            return None if at is None else at - self._born

        spent = self._spent
        reply = since_birth(self._first_reply)
        return {
            "url": f"{API}/ticket_metrics/{self._number + 700_000}.json",
            "id": self._number + 700_000,
            "ticket_id": self._number,
            "created_at": stamp_s(self._born),
            "updated_at": stamp_s(self._updated),
            **self._values,
            "reply_time_in_minutes": minutes(reply),
            "reply_time_in_seconds": {"calendar": None if reply is None else reply // 1000},
            "first_resolution_time_in_minutes": minutes(since_birth(self._first_resolution)),
            "full_resolution_time_in_minutes": minutes(since_birth(self._resolution)),
            "agent_wait_time_in_minutes": minutes(spent["pending"]),
            "requester_wait_time_in_minutes": minutes(spent["new"] + spent["open"] + spent["hold"]),
            "on_hold_time_in_minutes": minutes(spent["hold"]),
            "custom_status_updated_at": self._values["status_updated_at"],
        }
