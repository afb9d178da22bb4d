"""The three ways in which Zendesk pages: cursor exports, time exports, lists.

- A cursor export starts from a time, then goes on from its cursor, which is kept even at the end: the next
  run needs no overlap. A page may be empty and still not the last. Rows are chosen by a stamp that moves on
  system changes too, so `updated_at` may lie long before the start and is no watermark.
- A time export goes on from the second at which a page ended, that second included, so its rows come twice.
- A list pages by cursor once it is asked for with `page[size]`. Whether there is more is said in up to
  three ways, and an answer that doesn't say it is no end.

Exports withhold the last minute, and refuse a start within it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from extractors import clock
from extractors.http import Api
from extractors.pagination import Repeats, next_request, records_of
from extractors.source import Fetch, Fetching, Page, Record, Start, Watermark

BUDGET = "exports"
"""The stricter limit that all incremental exports share."""

_EXPORT_ROWS = 1000
_LIST_ROWS = 100
_WITHHELD_SECONDS = 61
_LATE_SECONDS = 300
_RESTART_SECONDS = 86_400
_REFUSED_CURSOR = frozenset({400, 410, 422})
_HIDDEN = frozenset({403, 404})


def cursor_export(path: str, rows: str, **params: str) -> Fetch:
    """The fetch function of a cursor export at `path` whose answers hold their records in `rows`.

    The watermark is the `cursor` and `until`, the latest stamp seen (epoch seconds): a refused cursor
    restarts a day before it.
    """

    def fetch(api: Api, start: Start) -> Fetching:
        mark = start.resume or start.watermark or {"cursor": None, "until": _first_second(api)}
        for records, place in _cursor_pages(api, start, path, rows, params, mark):
            mark = place
            yield Page(records, mark)
        return mark

    return fetch


def cursor_history(path: str, rows: str, **params: str) -> Fetch:
    """The fetch function of what a cursor export holds before the daily load's beginning, oldest first."""

    def fetch(api: Api, start: Start) -> Fetching:
        mark = start.resume or start.watermark or {"cursor": None, "until": _second(start.since)}
        begin = mark.get("begin")
        for records, place in _cursor_pages(api, start, path, rows, params, mark):
            stamps = [stamp for record in records if (stamp := _stamp(record))]
            begin = begin or min(stamps, default=None)
            reached = max(stamps, default=0)
            yield Page(records, {**place, "begin": begin}, share=_share(start, begin, reached))
            # Rows are ordered by this stamp or a later one, so all that follows is the daily load's.
            if reached >= _second(start.until):
                break
        return {}

    return fetch


def _cursor_pages(
    api: Api, start: Start, path: str, rows: str, params: Mapping[str, str], mark: Watermark
) -> Iterator[tuple[list[Record], Watermark]]:
    """Yield (records, mark to go on from) to the end of the stream."""
    cursor, until = mark["cursor"], int(mark["until"])
    repeats = Repeats(api)
    may_restart = True
    while True:
        if cursor:
            repeats.check(cursor)
        answer = api.get(
            path,
            {
                **({"cursor": cursor} if cursor else {"start_time": _allowed(until, start)}),
                **params,
                "per_page": _page_size(api, _EXPORT_ROWS),
            },
            missing_ok=_REFUSED_CURSOR if cursor and may_restart else (),
            budget=BUDGET,
            shrink="per_page",
        )
        if answer is None:
            until = max(until - _RESTART_SECONDS, 0)
            api.note(f"the stored cursor was refused, so it was read again from {clock.iso(_utc(until))}")
            cursor, may_restart, repeats = None, False, Repeats(api)
            continue
        records = records_of(api, answer, rows)
        until = max([until, *map(_stamp, records)])
        ended = answer.get("end_of_stream") is True
        cursor = answer.get("after_cursor") or (cursor if ended else None)
        if not ended and not cursor:
            raise api.error("an answer is not the last, but has no cursor for the next", "Try later")
        yield records, {"cursor": cursor, "until": until}
        if ended:
            return


def time_export(path: str, rows: str, identity: Callable[[Record], Hashable], **params: str) -> Fetch:
    """The fetch function of a time export; `identity` tells a record that comes again at a boundary.

    The watermark is `time`, the second at which the last page ended; the next run begins some minutes
    earlier.
    """

    def fetch(api: Api, start: Start) -> Fetching:
        known = int((start.watermark or {}).get("time", 0))
        if start.resume:
            second = int(start.resume["time"])
        else:
            second = max(known - _LATE_SECONDS, _first_second(api))
        for records, following in _time_pages(api, start, path, rows, identity, params, second):
            second = following
            yield Page(records, {"time": following})
        return {"time": max(second, known)}

    return fetch


def time_history(path: str, rows: str, identity: Callable[[Record], Hashable], **params: str) -> Fetch:
    """The fetch function of what a time export holds before the daily load's beginning, oldest first."""

    def fetch(api: Api, start: Start) -> Fetching:
        mark = start.resume or start.watermark or {"time": _second(start.since)}
        begin = mark.get("begin")
        for records, following in _time_pages(api, start, path, rows, identity, params, int(mark["time"])):
            begin = begin or min(filter(None, map(_moment, records)), default=None)
            yield Page(records, {"time": following, "begin": begin}, share=_share(start, begin, following))
            # The daily load began with this second, so its records are there too.
            if following >= _second(start.until):
                break
        return {}

    return fetch


def _time_pages(
    api: Api,
    start: Start,
    path: str,
    rows: str,
    identity: Callable[[Record], Hashable],
    params: Mapping[str, str],
    second: int,
) -> Iterator[tuple[list[Record], int]]:
    """Yield (records, second at which the next page begins) to the end of the stream."""
    before: set[Hashable] = set()
    while True:
        second = _allowed(second, start)
        answer = api.get(
            path,
            {"start_time": second, **params, "per_page": _page_size(api, _EXPORT_ROWS)},
            budget=BUDGET,
            shrink="per_page",
        )
        records = records_of(api, answer, rows)
        fresh = [record for record in records if identity(record) not in before]
        following = max(int(answer.get("end_time") or second), second)
        ended = answer.get("end_of_stream")
        if ended is None:
            # Some exports don't say it: there, a page that brings nothing new is the last.
            ended = not answer.get("next_page") or (following == second and not fresh)
        yield fresh, following
        if ended:
            return
        if following == second:
            raise api.error(
                "the next page of an export is the page just read, so it would never end",
                "More changed within one second than a page holds: try a larger page_size, or report it",
            )
        before = {identity(record) for record in records}
        second = following


def whole_list(path: str, rows: str, *, budget: str | None = None) -> Fetch:
    """The fetch function of a list that is read whole each time."""

    def fetch(api: Api, start: Start) -> Fetching:
        is_visible = False
        for page in list_pages(api, path, rows, start, budget=budget):
            is_visible = True
            yield page
        return None if is_visible else start.watermark

    return fetch


def list_pages(
    api: Api, path: str, rows: str, start: Start, *, budget: str | None = None, **params: Any
) -> Iterator[Page]:
    """Yield the pages of a list; an account without the feature gives none, and a note.

    A cursor that is refused half-way begins the list again.
    """
    first = {"page[size]": _page_size(api, _LIST_ROWS), "include_boundary_indicators": True, **params}
    beginning: tuple[str, dict[str, Any]] = (path, first)
    after = (start.resume or {}).get("after")
    request: tuple[str, dict[str, Any]] | None = (
        (path, {**first, "page[after]": after}) if after else beginning
    )
    is_begun = start.resume is not None
    may_restart = True
    repeats = Repeats(api)
    while request:
        url, query = request
        repeats.check((url, tuple(sorted((name, str(value)) for name, value in query.items()))))
        is_first = request == beginning
        refusals = (
            _HIDDEN if is_first and not is_begun else _REFUSED_CURSOR if not is_first and may_restart else ()
        )
        answer = api.get(url, query, missing_ok=refusals, budget=budget, shrink="page[size]")
        if answer is None and is_first:
            api.note(f"{rows} can't be seen: the plan has no such feature or the credentials no right to it")
            return
        if answer is None:
            api.note("a list's cursor was refused, so the list was read again from its beginning")
            request, may_restart, repeats = beginning, False, Repeats(api)
            continue
        is_begun = True
        records = records_of(api, answer, rows)
        meta = answer.get("meta") or {}
        request = None
        more, after = meta.get("has_more"), meta.get("after_cursor")
        if more is not False and after and (more or records):
            request = (path, {**first, "page[after]": after})
        elif more is not False and (more or records):
            link = (answer.get("links") or {}).get("next") or answer.get("next_page")
            request = next_request(api, link, path, "page[after]")
        if more and not request:
            raise api.error("an answer says that there is more, but not where", "Try later")
        yield Page(records, {"after": after} if request else {})


def ratings(path: str, rows: str) -> Fetch:
    """The fetch function of satisfaction ratings, chosen by when they were created.

    The watermark is `created_at` of the newest; ratings of the last `reread_days` are read again, because
    an offer is answered later.
    """

    def fetch(api: Api, start: Start) -> Fetching:
        known = (start.watermark or {}).get("created_at")
        second = _first_second(api)
        if known:
            floor = clock.parse(known) - timedelta(days=api.settings["reread_days"])
            second = max(int(floor.timestamp()), second)
        newest = (start.resume or {}).get("newest") or known
        is_visible = False
        for page in list_pages(api, path, rows, start, start_time=second):
            is_visible = True
            moments = [clock.parse_or_none(record.get("created_at")) for record in page.records]
            times = [clock.iso(moment) for moment in moments if moment]
            newest = max([*times, *([newest] if newest else [])], default=None)
            yield Page(page.records, {**page.resume, "newest": newest})
        return {"created_at": newest} if is_visible and newest else start.watermark

    return fetch


def ratings_history(path: str, rows: str) -> Fetch:
    """The fetch function of the satisfaction ratings created before the daily load's beginning."""

    def fetch(api: Api, start: Start) -> Fetching:
        place = replace(start, resume=start.resume or start.watermark or None)
        begin = (place.resume or {}).get("begin")
        # A second more, since it is not told whether the end belongs to it.
        end = _second(start.until) + 1
        for page in list_pages(api, path, rows, place, start_time=_second(start.since), end_time=end):
            moments = [clock.parse_or_none(record.get("created_at")) for record in page.records]
            times = [int(moment.timestamp()) for moment in moments if moment]
            begin = begin or min(times, default=None)
            resume = {**page.resume, "begin": begin}
            yield replace(page, resume=resume, share=_share(start, begin, max(times, default=0)))
        return {}

    return fetch


def _stamp(record: Record) -> int:
    """The latest moment (epoch seconds) at which the record is known to have changed; 0 if none is."""
    if isinstance(record.get("generated_timestamp"), int):
        return int(record["generated_timestamp"])
    moment = clock.parse_or_none(record.get("updated_at"))
    return int(moment.timestamp()) if moment else 0


def _first_second(api: Api) -> int:
    return _second(api.settings.get("start_date"))


def _moment(record: Record) -> int:
    """When an event happened or a record changed (epoch seconds); 0 if it doesn't say."""
    for name in ("timestamp", "time", "updated_at"):
        value = record.get(name)
        if isinstance(value, int):
            return value
        if moment := clock.parse_or_none(value):
            return int(moment.timestamp())
    return 0


def _second(moment: datetime | None) -> int:
    return max(int(moment.timestamp()), 0) if moment else 0


def _share(start: Start, begin: int | None, reached: int) -> float | None:
    """How much of the history lies before the second `reached`, which began at `begin`."""
    first, last = _second(start.since) or begin or 0, _second(start.until)
    return min(max((reached - first) / (last - first), 0.0), 1.0) if reached and last > first else None


def _allowed(second: int, start: Start) -> int:
    return min(second, int(start.now.timestamp()) - _WITHHELD_SECONDS)


def _page_size(api: Api, most: int) -> int:
    return min(int(api.settings.get("page_size") or most), most)


def _utc(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
