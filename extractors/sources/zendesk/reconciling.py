"""The weekly comparison: records that vanished without a word in the exports.

A ticket deleted for good, or one that was deleted more than 30 days before it was looked for, and a user
deleted for good are in no list of deletions. Exports never take back what they told, and lists leave out
archived tickets. But records can be asked for by their ids, 100 a request, so what the warehouse holds is
asked for, and what is not shown is asked for singly before it counts as gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetch, Fetching, Page, Start

_IDS_A_REQUEST = 100
_GONE = frozenset({404, 410})
_HIDDEN = frozenset({403, 404})
_CAP = 100_000


def still_there(resource: str) -> Fetch:
    """The fetch function that looks for held records of `/api/v2/<resource>` which the vendor has no more."""
    path = f"/api/v2/{resource}"

    def fetch(api: Api, start: Start) -> Fetching:
        if start.held is None:
            raise api.error(
                "the warehouse has not said what it holds, so nothing can be compared",
                "Run the comparison with: python -m warehouse reconcile",
            )
        after = (start.resume or {}).get("after", 0)
        ids = sorted(key for key in start.held.ids if key > after)
        for place in range(0, len(ids), _IDS_A_REQUEST):
            asked = ids[place : place + _IDS_A_REQUEST]
            answer = api.get(f"{path}/show_many.json", {"ids": ",".join(map(str, asked))}, missing_ok=_GONE)
            shown = {record["id"] for record in records_of(api, answer, resource)} if answer else set()
            vanished = [
                {"id": key, "_vanished": True}
                for key in asked
                if key not in shown and api.get(f"{path}/{key}.json", missing_ok=_GONE) is None
            ]
            yield Page(vanished, {"after": asked[-1]}, left=len(ids) - place - len(asked))
        return None

    return fetch


def counts(resources: Sequence[str]) -> Fetch:
    """The fetch function of the account's own counts, one request each.

    Above 100,000 a count may be a day old; while it is made anew it is told as 100,000 and without the time
    (`refreshed_at`): then it says nothing.
    """

    def fetch(api: Api, start: Start) -> Fetching:
        found = []
        for resource in resources:
            answer = api.get(f"/api/v2/{resource}/count.json", missing_ok=_HIDDEN)
            count: Any = answer.get("count") if isinstance(answer, dict) else None
            if not isinstance(count, dict) or not isinstance(count.get("value"), int):
                api.note(f"the account doesn't tell how many {resource} it has")
                continue
            if count.get("refreshed_at") is None and count["value"] >= _CAP:
                api.note(f"the account is counting its {resource} anew")
                continue
            found.append({"stream": resource, "vendor_count": count["value"]})
        if not found:
            return start.watermark
        yield Page(found, {})
        return None

    return fetch
