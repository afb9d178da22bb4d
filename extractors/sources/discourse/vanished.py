"""Posts and topics that a list showed before and shows no longer.

A forum tells of no deletion: what is deleted, or moved out of sight, is missing from its lists. So the
watermark remembers which records of the re-read window were shown, and what is missing later is asked for
singly. A record that is gone for this key yields `{"id": …, "_vanished": true}`; one that is only out of
the list yields nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from extractors.http import Api
from extractors.source import Record

GONE = frozenset({403, 404, 410})
"""How a forum answers for one topic or post that is deleted or out of the key's sight."""
ASKED_A_RUN = 200


def look_for(
    api: Api, path: str, missing: Collection[int], most: int = ASKED_A_RUN
) -> tuple[list[Record], set[int]]:
    """Ask singly for `missing` ids at `path` (`{}` is the id): (records that vanished, ids not asked for)."""
    asked = sorted(missing, reverse=True)[:most]
    vanished: list[Record] = []
    for record_id in asked:
        answer = api.get(path.format(record_id), missing_ok=GONE)
        # Staff still see what is deleted.
        if answer is None or answer.get("deleted_at"):
            vanished.append({"id": record_id, "_vanished": True})
    return vanished, set(missing).difference(asked)
