"""Ways through a list that never take a broken page for its end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from extractors.http import Api
from extractors.source import Record


class Repeats:
    """Guards a walk: the same cursor twice is an error, not an end."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._seen: set[int] = set()

    def check(self, cursor: Hashable) -> None:
        """Remember `cursor`; raises SourceError if it was used before."""
        mark = hash(cursor)
        if mark in self._seen:
            raise self._api.error(
                "the vendor gives the same page cursor twice, so the list would never end",
                "Try later; if it stays, please report it with the vendor's name and the stream",
            )
        self._seen.add(mark)


def walk(
    api: Api,
    path: str,
    params: Mapping[str, Any],
    following: Callable[[Any], Mapping[str, Any] | None],
    *,
    budget: str | None = None,
    shrink: str | None = None,
) -> Iterator[tuple[Any, Mapping[str, Any] | None]]:
    """Yield (answer, parameters of the next page or None) from `path` until `following(answer)` gives None.

    `following` takes an answer and gives the full parameters of the next request. Raises SourceError on a
    repeat.
    """
    repeats = Repeats(api)
    current: Mapping[str, Any] | None = params
    while current is not None:
        repeats.check(tuple(sorted((name, str(value)) for name, value in current.items())))
        answer = api.get(path, current, budget=budget, shrink=shrink)
        current = following(answer)
        yield answer, current


def records_of(api: Api, answer: Any, name: str | None = None) -> list[Record]:
    """The list of records in an answer (its field `name`, or itself); raises SourceError if there is none."""
    found = answer if name is None else answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise api.error(
            f"an answer lacks its list of {name or 'records'}",
            "Check that the address leads to the right product; if it does, its API has changed: report it",
        )
    return found


def _checked(api: Api, link: Any) -> str | None:
    """The link if it is one; raises SourceError for anything else than a text or nothing."""
    if link is None or link == "":
        return None
    if not isinstance(link, str) or not _parses(link):
        raise api.error(
            "a link to the next page is no address", "Try later; if it stays, the vendor's API has changed"
        )
    return link


def _parses(link: str) -> bool:
    try:
        urlsplit(link)
    except ValueError:
        return False
    return True


def cursor_of(api: Api, link: Any, name: str) -> str | None:
    """The parameter `name` of a `next` link, which alone is taken from it, so its host is never contacted.

    None without a link; raises SourceError for a link that has no such parameter.
    """
    if (link := _checked(api, link)) is None:
        return None
    cursor = dict(parse_qsl(urlsplit(link).query)).get(name)
    if not cursor:
        raise api.error(
            f"a link to the next page has no {name}", "The vendor's API has changed: please report it"
        )
    return cursor


def next_request(api: Api, link: Any, path: str, cursor: str) -> tuple[str, dict[str, str]] | None:
    """Where a `next` link leads: (URL, {}) under the configured address, else (`path`, the link's cursor).

    None without a link; raises SourceError for a foreign link without the parameter `cursor`.
    """
    if (link := _checked(api, link)) is None:
        return None
    if api.is_own(link):
        return link, {}
    value = cursor_of(api, link, cursor)
    return (path, {cursor: value}) if value else None
