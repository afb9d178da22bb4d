"""What a vendor file declares: a `Source` with its `Stream`s.

A stream is read by a plain generator function. It takes the API client and a `Start`, yields
`Page`s and returns the watermark that the next run starts from::

    def fetch_posts(api: Api, start: Start) -> Fetching:
        ...
        yield Page(records, resume={"before": lowest})
        return {"max_id": highest}

The runner removes private data, writes each page durably and records `resume` with it, so that a
killed extraction goes on after its last durable page. The watermark reaches the database only from
a complete extraction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from extractors.config import SourceConfig
    from extractors.held import Held
    from extractors.http import Api

Record = dict[str, Any]
Watermark = dict[str, Any]
Resume = dict[str, Any]
Lane = Literal["new", "reread", "backfill", "reconcile"]
"""Why a record is read: it is new, it changes silently, it is older than `start_date`, or to compare."""
DAILY: tuple[Lane, ...] = ("new", "reread")
"""The lanes of the daily load."""


def lane_name(source: str, stream: str, lane: str) -> str:
    """How a stream's lane is called in lines for people: `forum posts`, `forum posts (reread)`."""
    return f"{source} {stream}" + ("" if lane == "new" else f" ({lane})")


class Private(Enum):
    """What happens to a private field before a record touches the disk."""

    DROP = "drop"
    """The field becomes null."""
    HASH = "hash"
    """E-mail addresses (a string or a list of strings) become keyed hashes `k<key id>:<hex>`."""
    TEXT = "text"
    """The field becomes null; links in it to the configured sources' hosts are kept in `_links`."""


@dataclass(frozen=True)
class Start:
    """Where an extraction begins."""

    watermark: Watermark | None
    """What the last loaded extraction of this lane returned; None on the first load."""
    resume: Resume | None
    """The last durable page's `resume` when an interrupted extraction is continued, else None."""
    now: datetime
    """When the extraction began (UTC); a continued extraction keeps its first start."""
    since: datetime | None = None
    """Lane `backfill`: nothing older is wanted; None: from the vendor's beginning."""
    until: datetime | None = None
    """Lane `backfill`: where the daily load began; from then on (UTC) all is read already."""
    daily: Watermark | None = None
    """Lane `backfill`: the watermark of the lane `new`."""
    held: Held | None = None
    """What the warehouse holds of the stream, in the lane `reconcile`; None if it never wrote it down."""


@dataclass(frozen=True)
class Page:
    """Records of one or a few API answers, in the order the vendor sent them."""

    records: list[Record]
    resume: Resume
    """Where to go on if this page is the last durable one."""
    requested_at: datetime | None = None
    """When the page was asked for (UTC); the runner uses the client's last request if None."""
    left: int | None = None
    """How many records the vendor says are left, for the progress display; None if unknown."""
    share: float | None = None
    """Lane `backfill`: how much of it is read with this page, 0 to 1; None if unknown."""


Fetching = Generator[Page, None, Watermark | None]
Fetch = Callable[["Api", Start], Fetching]


@dataclass(frozen=True)
class Stream:
    """One kind of record, read from one endpoint shape, landed for one raw table."""

    name: str
    """Slug; the raw table is `raw.<vendor>__<name>`."""
    key: tuple[str, ...]
    """Fields that identify a record within its source; the same as the declared key in dbt."""
    fetch: Fetch
    """Reads what is new since the watermark (lane `new`)."""
    snapshot: bool = False
    """The lane `new` reads the whole stream each time; what vanished is marked deleted.

    A snapshot that yields no page at all (the key may not see the list) concludes nothing; one that finds an
    empty list yields an empty page.
    """
    ordered: bool = False
    """Every page's `resume` is a valid watermark, so an extraction may be cut at any page."""
    reread: Fetch | None = None
    """Reads again what changes silently (lane `reread`); run once the lane `new` has loaded."""
    reread_snapshot: bool = False
    """The lane `reread` reads the whole stream; what vanished is marked deleted."""
    backfill: Fetch | None = None
    """Reads what lies before `start_date` (lane `backfill`, the history load). Every page's `resume` is a
    valid watermark, so that the history load may be cut, loaded and continued at any page."""
    reconcile: Fetch | None = None
    """Looks for deletes and changes that the daily lanes can't see (lane `reconcile`, weekly); run once the
    lane `new` has loaded."""
    reconcile_snapshot: bool = False
    """The lane `reconcile` reads the whole stream; what vanished is marked deleted."""
    private: Mapping[str, Private] = field(default_factory=dict)
    """Private fields as dotted paths (`user.email`); a path goes through lists by itself."""
    public_text: frozenset[str] = frozenset()
    """Fields of public post text, which the pattern guard for e-mail, phone and IP leaves alone."""
    scrub: Callable[[Record, Mapping[str, Any]], Record] | None = None
    """What no field list can say (takes the record and the source's settings); runs first."""

    def fetch_in(self, lane: Lane) -> Fetch | None:
        """How the lane is read; None if the stream has no such lane."""
        return {
            "new": self.fetch,
            "reread": self.reread,
            "backfill": self.backfill,
            "reconcile": self.reconcile,
        }[lane]

    def is_snapshot_in(self, lane: Lane) -> bool:
        """Whether the lane reads the whole stream."""
        return {
            "new": self.snapshot,
            "reread": self.reread_snapshot,
            "backfill": False,
            "reconcile": self.reconcile_snapshot,
        }[lane]

    def may_be_cut_in(self, lane: Lane) -> bool:
        """Whether every page's `resume` is a valid watermark of the lane."""
        return lane == "backfill" or (self.ordered and lane == "new")


@dataclass(frozen=True)
class People:
    """Where a vendor's records name accounts, so that a person who was erased is recognised in all of them.

    Fields are meant wherever they stand in a record. Whose a record is, is told by `owner_fields`.
    """

    id_fields: frozenset[str] = frozenset()
    """Fields that hold an account's id, or a list of ids."""
    owner_fields: tuple[str, ...] = ()
    """Fields (dotted: `links.user`) with the id of the account that wrote the record or whom it is about."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Streams whose records are accounts, with the field of the account's id."""
    object_fields: frozenset[str] = frozenset()
    """Fields that hold a small account with `id` in it, or a list of such."""
    username_fields: frozenset[str] = frozenset()
    """Fields that hold a user name and nothing else."""
    name_fields: frozenset[str] = frozenset()
    """Names of the account or author that an object shows."""
    key_fields: frozenset[str] = frozenset()
    """What ties accounts to people: hashed e-mail addresses and external ids."""
    profile: frozenset[str] = frozenset()
    """Further fields of an account that go with the person; counters and dates stay."""
    own: frozenset[str] = frozenset()
    """Fields of a record that are its author's words or say how he looks; they go with the person."""
    changed_fields: frozenset[str] = frozenset()
    """Fields with the value before or after a change: an account's id where the object (or its `field_name`)
    tells of a field in `id_fields`."""


@dataclass(frozen=True)
class Source:
    """A vendor: how to talk to it and what it offers."""

    vendor: str
    documentation: str
    """Address of the API's documentation."""
    streams: tuple[Stream, ...]
    connect: Callable[[SourceConfig], Api]
    """Makes the client of a configured source: authentication and limits. Asks nothing yet."""
    options: Mapping[str, type] = field(default_factory=dict)
    """Optional keys of this vendor in sources.toml beyond the common ones, with their types."""
    people: People = field(default_factory=People)
    """Where its records name accounts."""
