"""UserVoice: feature requests ("suggestions"), votes, comments and official answers, by the Admin API v2.

What to know about it:

- A trusted API client's key and secret buy a token (`POST /api/v2/oauth/token`) that may read everything; a
  401 means it has run out. There is no narrower key.
- Lists come newest id first. `pagination.cursor` is a place in that order and must be sent back with the same
  filters. Whether the last page has a cursor is not documented, and `page` stays 1 while cursors are
  followed, so only the totals can tell a list that is through from one that broke off.
- `updated_after` filters on `updated_at`. Records that change while a list is read may be passed by, so the
  next run starts where this one began, less an overlap.
- Nothing tells what was deleted. A vote that is taken back just vanishes, so all votes are read again weekly,
  and so are the links of people to the companies they work for. All other lists are read whole by the weekly
  comparison.
- A list's `total_records` is the vendor's own count of it.
- `external_accounts` are companies with plan and revenue, `external_users` their people, both as the product
  that embeds the board names them. Boards without that link have none, and not every plan shows them (404).
- A 429 names the moment to go on as epoch seconds in `Retry-After`.

Documentation: https://developer.uservoice.com/docs/api/v2/reference/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from extractors import clock
from extractors.config import SourceConfig
from extractors.errors import ConfigError, SourceError
from extractors.held import packed, unpacked
from extractors.http import Api
from extractors.pagination import Repeats, records_of
from extractors.source import Fetch, Fetching, Page, People, Private, Record, Resume, Source, Start, Stream

DOCUMENTATION = "https://developer.uservoice.com/docs/api/v2/reference/"
REQUESTS_PER_MINUTE = 120
"""The vendor's limit depends on the plan and is told only in headers, which the client heeds."""
LARGEST_PAGE = 100
OVERLAP = timedelta(minutes=10)
ALL_AGAIN_EVERY = timedelta(days=7)
_COUNTED = (
    "forums", "statuses", "categories", "labels", "users", "suggestions", "supporters", "comments",
    "status_updates", "nps_ratings", "external_accounts", "external_users",
)  # fmt: skip


def connect(config: SourceConfig) -> Api:
    """A client that gets its token with the connection's login (client id) and password (client secret)."""
    connection = config.require_connection()
    client, secret = connection.login, connection.password
    if not client or not secret:
        raise ConfigError(
            f"source {config.name}: {config.connection_variable} needs login and password: the key and the "
            "secret of a trusted API client (UserVoice: Settings, Integrations, API keys)."
        )
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}

    def token(api: Api) -> Mapping[str, str]:
        answer = api.post_form("/api/v2/oauth/token", form, authorize=False)
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise api.error(
                "the token request is answered without a token", "Check that the API client is trusted"
            )
        return {"Authorization": f"Bearer {answer['access_token']}"}

    return Api(config, renew=token, requests_per_minute=REQUESTS_PER_MINUTE)


def whole(resource: str) -> Fetch:
    """Reads a list from end to end."""

    def fetch(api: Api, start: Start) -> Fetching:
        for records, resume, left in _list(api, resource, {}, start.resume or {}):
            yield Page(records, resume, left=left)
        return start.watermark if _is_missing(api) else None

    return fetch


def changed(resource: str) -> Fetch:
    """Reads what has changed since the watermark: the newest `updated_at` seen, at most the run's start."""

    def fetch(api: Api, start: Start) -> Fetching:
        known = (start.watermark or {}).get("updated_at")
        after = clock.parse(known) - OVERLAP if known else api.settings["start_date"]
        filters = {"updated_after": _wire_time(after)} if after else {}
        newest = (start.resume or {}).get("newest") or known
        for records, resume, left in _list(api, resource, filters, start.resume or {}):
            newest = _newest(newest, records)
            yield Page(records, resume | {"newest": newest}, left=left)
        if newest is None:
            return start.watermark
        return {"updated_at": min(newest, clock.iso(start.now))}

    return fetch


def before(resource: str) -> Fetch:
    """Reads what was last changed before the daily load's beginning: the list unfiltered, so that records
    without `updated_at` come too and none leaves the list while it is read over days."""

    def fetch(api: Api, start: Start) -> Fetching:
        place = start.resume or start.watermark or {}
        if not place.get("cursor"):
            # By number, what was deleted meanwhile has moved the rest up.
            place = place | {"seen": max(place.get("seen", 0) - LARGEST_PAGE, 0)}
        filters = {"updated_after": _wire_time(start.since)} if start.since else {}
        for records, resume, left in _list(api, resource, filters, place):
            share = resume["seen"] / (resume["seen"] + left) if left is not None and resume["seen"] else None
            yield Page([record for record in records if _is_before(record, start)], resume, share=share)
        return {}

    return fetch


def _is_before(record: Record, start: Start) -> bool:
    moment = clock.parse_or_none(record.get("updated_at"))
    return moment is None or start.until is None or moment < start.until


def again(resource: str) -> Fetch:
    """Reads a whole list once a week, so that what was taken back is seen to be gone."""

    def fetch(api: Api, start: Start) -> Fetching:
        last = (start.watermark or {}).get("read_at")
        if last and not start.resume and start.now - clock.parse(last) < ALL_AGAIN_EVERY:
            return start.watermark
        for records, resume, left in _list(api, resource, {}, start.resume or {}):
            yield Page(records, resume, left=left)
        return start.watermark if _is_missing(api) else {"read_at": clock.iso(start.now)}

    return fetch


def compared(resource: str) -> Fetch:
    """Reads a whole list, and asks singly for what the warehouse holds and the list lacks.

    What was last changed before `start_date` and is not held is left to the history load.
    """

    def fetch(api: Api, start: Start) -> Fetching:
        if start.held is None:
            raise api.error(
                "the warehouse has not said what it holds, so nothing can be compared",
                "Run the comparison with: python -m warehouse reconcile",
            )
        held: set[int] = start.held.ids
        first: datetime | None = api.settings["start_date"]
        seen = unpacked((start.resume or {}).get("ids", ""))
        place: Resume = start.resume or {}
        for records, resume, left in _list(api, resource, {}, place):
            seen |= {record["id"] for record in records}
            place = resume | {"ids": packed(seen)}
            wanted = [record for record in records if record["id"] in held or _is_since(record, first)]
            yield Page(wanted, place, left=left)
        if _is_missing(api):
            return start.watermark
        gone = [
            key
            for key in sorted(held - seen)
            if api.get(f"/api/v2/admin/{resource}/{key}", missing_ok={404}) is None
        ]
        yield Page([{"id": key, "_vanished": True} for key in gone], place)
        return None

    return fetch


def counts(resources: Sequence[str]) -> Fetch:
    """Reads how many records the vendor says that each list has: one short page of each."""

    def fetch(api: Api, start: Start) -> Fetching:
        found = []
        for resource in resources:
            answer = api.get(f"/api/v2/admin/{resource}", {"per_page": 1}, missing_ok={404})
            total = ((answer or {}).get("pagination") or {}).get("total_records")
            if isinstance(total, int):
                found.append({"stream": resource, "vendor_count": total})
            else:
                api.note(f"the account doesn't tell how many {resource} it has")
        if not found:
            return start.watermark
        yield Page(found, {})
        return None

    return fetch


def _list(
    api: Api, resource: str, filters: Mapping[str, Any], resume: Resume
) -> Iterator[tuple[list[Record], Resume, int | None]]:
    """Yield (records, where to go on, how many are left) for each page of a list, to its proven end.

    By cursor; by page number where a page has none though its totals say that there is more. An empty page is
    not the end while records are left. Yields nothing, and leaves a note, if the account has no such list.
    """
    size = min(api.settings["page_size"] or LARGEST_PAGE, LARGEST_PAGE)
    path = f"/api/v2/admin/{resource}"
    cursor: str | None = resume.get("cursor")
    seen: int = resume.get("seen", 0)
    has_restarted = False
    repeats = Repeats(api)
    while True:
        number = seen // size + 1
        place: dict[str, Any] = {"cursor": cursor} if cursor else {"page": number}
        repeats.check((cursor, None if cursor else number))
        try:
            answer = api.get(path, {**filters, "per_page": size, **place}, missing_ok={404})
        except SourceError as error:
            if cursor is None or has_restarted or error.status not in (400, 422):
                raise
            api.note("the vendor no longer knew a page's cursor; the list was read again from its start")
            cursor, seen, has_restarted, repeats = None, 0, True, Repeats(api)
            continue
        if answer is None:
            api.note(f"this account has no {resource}, or its plan doesn't show them")
            return
        records = records_of(api, answer, resource)
        pagination = answer.get("pagination") or {}
        size = int(pagination.get("page_size") or pagination.get("per_page") or size)
        seen = (seen if cursor else (number - 1) * size) + len(records)
        total = pagination.get("total_records")
        left = max(int(total) - seen, 0) if total is not None else None
        following = pagination.get("cursor")
        yield records, {"cursor": following, "seen": seen}, left
        is_through = not left and (not following or not records or following == cursor)
        if is_through:
            return
        cursor = following


def _is_missing(api: Api) -> bool:
    return any(note.startswith("this account has no") for note in api.notes)


def _is_since(record: Record, first: datetime | None) -> bool:
    moment = clock.parse_or_none(record.get("updated_at"))
    return first is None or moment is None or moment >= first


def _newest(known: str | None, records: list[Record]) -> str | None:
    times = [clock.iso(clock.parse(record["updated_at"])) for record in records if record.get("updated_at")]
    return max([*times, known] if known else times, default=None)


def _wire_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


_PEOPLE = People(
    id_fields=frozenset({"user", "users", "created_by", "updated_by", "closed_by", "assigned_to"}),
    owner_fields=("links.user", "links.created_by"),
    accounts={"users": "id"},
    username_fields=frozenset(),
    name_fields=frozenset({"name"}),
    key_fields=frozenset({"email_address", "guid", "external_id"}),
    profile=frozenset({"job_title", "country", "region", "city", "avatar_url"}),
    own=frozenset(
        {
            *("body", "creator_browser", "creator_browser_version", "creator_os", "creator_mobile"),
            *("creator_user_agent", "creator_referrer"),
        }
    ),
)

SOURCE = Source(
    vendor="uservoice",
    documentation=DOCUMENTATION,
    connect=connect,
    people=_PEOPLE,
    streams=(
        # Counted before the rest is read, so that what comes meanwhile is not missed.
        Stream("counts", ("stream",), counts(_COUNTED), snapshot=True),
        Stream(
            "forums",
            ("id",),
            whole("forums"),
            snapshot=True,
            public_text=frozenset({"name", "welcome_message", "prompt", "example"}),
        ),
        Stream("statuses", ("id",), whole("statuses"), snapshot=True),
        Stream("categories", ("id",), whole("categories"), snapshot=True),
        Stream("labels", ("id",), whole("labels"), snapshot=True),
        Stream(
            "users",
            ("id",),
            changed("users"),
            backfill=before("users"),
            reconcile=compared("users"),
            private={
                "email_address": Private.HASH,
                "last_ip": Private.DROP,
                "avatar_url": Private.DROP,
                "city": Private.DROP,
            },
        ),
        Stream(
            "suggestions",
            ("id",),
            changed("suggestions"),
            backfill=before("suggestions"),
            reconcile=compared("suggestions"),
            private={
                "creator_user_agent": Private.DROP,
                "creator_referrer": Private.DROP,
                "custom_fields": Private.DROP,
            },
            public_text=frozenset({"title", "body"}),
        ),
        Stream(
            "supporters",
            ("id",),
            changed("supporters"),
            backfill=before("supporters"),
            reread=again("supporters"),
            reread_snapshot=True,
        ),
        Stream(
            "comments",
            ("id",),
            changed("comments"),
            backfill=before("comments"),
            reconcile=compared("comments"),
            public_text=frozenset({"body"}),
        ),
        Stream(
            "status_updates",
            ("id",),
            changed("status_updates"),
            backfill=before("status_updates"),
            reconcile=compared("status_updates"),
            private={"notification_email_address": Private.DROP},
            public_text=frozenset({"body"}),
        ),
        Stream(
            "nps_ratings",
            ("id",),
            changed("nps_ratings"),
            backfill=before("nps_ratings"),
            reconcile=compared("nps_ratings"),
            private={"body": Private.TEXT},
        ),
        Stream("external_accounts", ("id",), whole("external_accounts"), snapshot=True),
        Stream(
            "external_users",
            ("id",),
            changed("external_users"),
            backfill=before("external_users"),
            reread=again("external_users"),
            reread_snapshot=True,
            private={"email": Private.DROP, "name": Private.DROP, "ip": Private.DROP},
        ),
    ),
)
