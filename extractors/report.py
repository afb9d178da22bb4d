"""What became of an extraction: counts and messages, never a record's value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from extractors.source import lane_name
from extractors.wording import counted


@dataclass(frozen=True)
class StreamReport:
    """What became of one stream and lane."""

    stream: str
    lane: str
    status: Literal["ok", "failed", "skipped", "unfinished"]
    """`skipped`: the key may not see it; `unfinished`: out of time or stopped, goes on in the next run."""
    records: int = 0
    pages: int = 0
    requests: int = 0
    seconds: float = 0.0
    extract_id: str | None = None
    error: str | None = None
    reason: str | None = None
    """The error without the stream's name."""
    notes: tuple[str, ...] = ()
    share: float | None = None
    """Lane `backfill`: how much of the history is read, 0 to 1."""
    left: int | None = None
    """About how many records are left; None if unknown."""

    def lines(self, source: str) -> list[str]:
        """For the log: `forum posts: 4,172 records, 84 requests, 2.2 s`, then a line for each note."""
        name = lane_name(source, self.stream, self.lane)
        status = "" if self.status == "ok" else f"{self.status}, "
        records, requests = counted(self.records, "record"), counted(self.requests, "request")
        counts = f"{records}, {requests}, {self.seconds:.1f} s"
        return [f"{name}: {status}{counts}", *(f"{name}: {note}" for note in self.notes)]


@dataclass(frozen=True)
class ExtractReport:
    """What became of a source; holds counts and messages, never a record's value."""

    source: str
    vendor: str
    seconds: float
    streams: tuple[StreamReport, ...] = field(default_factory=tuple)

    @property
    def failed(self) -> bool:
        """Whether any stream failed."""
        return any(stream.status == "failed" for stream in self.streams)

    @property
    def records(self) -> int:
        """Records made durable by this run."""
        return sum(stream.records for stream in self.streams)

    def problems(self) -> list[str]:
        """One line for each different failure, naming the streams it hit."""
        streams: dict[str, list[str]] = {}
        for report in self.streams:
            if report.status == "failed":
                streams.setdefault(report.reason or report.error or "unknown", []).append(report.stream)
        return [
            reason if reason.startswith("source ") else f"source {self.source}, {_named(names)}: {reason}"
            for reason, names in streams.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a task's result."""
        return asdict(self) | {"failed": self.failed, "records": self.records}


def _named(streams: list[str]) -> str:
    unique = list(dict.fromkeys(streams))
    return f"stream {unique[0]}" if len(unique) == 1 else f"streams {', '.join(unique)}"
