"""Discourse's lists: pages with a number and no cursor, and answers a key may not see."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from extractors.http import Api
from extractors.source import Record, Start, Watermark

Rows = Callable[[Any], list[Record]]

HIDDEN = frozenset({403, 404})
"""How a forum answers for what the key may not see or what is switched off."""
_STALE_PAGES = 3


def not_visible(api: Api, start: Start, text: str) -> Watermark | None:
    """Note what the key may not see and conclude nothing; raises SourceError half-way through a list."""
    if start.resume:
        raise api.error(
            "a list that could be read before is refused half-way", "Check the key's rights; then run again"
        )
    api.note(text)
    return start.watermark


def confirmed(api: Api, path: str, params: Mapping[str, Any], rows: Rows) -> list[Record]:
    """The records of one page; an empty page is believed when it is empty twice. Raises SourceError."""
    return confirmed_if_visible(api, path, params, rows, frozenset()) or []


def confirmed_if_visible(
    api: Api, path: str, params: Mapping[str, Any], rows: Rows, hidden: frozenset[int] = HIDDEN
) -> list[Record] | None:
    """The same; None if the forum answers with a status of `hidden`."""
    for _ in range(2):
        answer = api.get(path, params, missing_ok=hidden)
        if answer is None:
            return None
        if records := rows(answer):
            return records
    return []


def numbered_pages(
    api: Api, path: str, params: Mapping[str, Any], rows: Rows, first: int = 0
) -> Iterator[tuple[int, list[Record]]]:
    """Yield (page number, records with an `id`) from page `first` until a page is empty.

    Rows that move while the list is read repeat; a page may be short long before the end. Raises
    SourceError if several pages in a row hold nothing new, which is a server that ignores the page number.
    """
    recent: deque[set[int]] = deque(maxlen=2 * _STALE_PAGES)
    stale = 0
    for number in itertools.count(first):
        records = confirmed(api, path, {**params, "page": number}, rows)
        if not records:
            return
        ids = {record["id"] for record in records}
        stale = 0 if ids.difference(*recent) else stale + 1
        if stale == _STALE_PAGES:
            raise api.error(
                f"pages {number - stale} to {number} of {path} hold the same records",
                "Check that no cache before the forum drops the page number",
            )
        recent.append(ids)
        yield number, records


def reread_budget(api: Api) -> int:
    """How many requests a day go to reading old records again (option `reread_requests_per_day`)."""
    return int(api.settings.get("reread_requests_per_day") or 20)
