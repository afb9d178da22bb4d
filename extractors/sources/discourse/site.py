"""What a forum is made of: categories and tags. Small lists, read whole each time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import HIDDEN, not_visible


def fetch_categories(api: Api, start: Start) -> Fetching:
    """Every category the key may see, subcategories as records of their own."""
    known = _listed(api, None)
    requested_at = api.last_requested_at
    asked: set[int] = set()
    # On forums with very many categories only the first few children of each come with it.
    while incomplete := [key for key in known if key not in asked and _lacks_children(known[key], known)]:
        for key in incomplete:
            known = _listed(api, key) | known
        asked.update(incomplete)
    yield Page(list(known.values()), {}, requested_at=requested_at)
    return None


def _listed(api: Api, parent: int | None) -> dict[int, Record]:
    """The categories below `parent` (None: all) by id; a server that gives all at once repeats them."""
    found: dict[int, Record] = {}
    for page in itertools.count(1):
        params = {"include_subcategories": True, "parent_category_id": parent, "page": page}
        answer = api.get("/categories.json", params)
        categories = list(_flat(records_of(api, answer.get("category_list"), "categories")))
        if all(category["id"] in found for category in categories):
            return found
        found |= {category["id"]: category for category in categories}
    return found


def _flat(categories: list[Record]) -> Iterator[Record]:
    for category in categories:
        children = category.pop("subcategory_list", None) or []
        yield category
        yield from _flat([child for child in children if isinstance(child, dict)])


def _lacks_children(category: Record, known: dict[int, Record]) -> bool:
    return any(child not in known for child in category.get("subcategory_ids") or [])


def fetch_tags(api: Api, start: Start) -> Fetching:
    """Every tag in use; with an administrator's key, unused ones too."""
    answer = api.get("/tags.json", missing_ok=HIDDEN)
    if answer is None:
        return not_visible(
            api, start, "tags can't be seen: tagging is switched off or the key has no right to it"
        )
    groups = (answer.get("extras") or {}).get("tag_groups") or []
    lists = [records_of(api, answer, "tags"), *(records_of(api, group, "tags") for group in groups)]
    # Where tags are listed by group, a tag may stand in several groups and in none of the ungrouped ones.
    tags = {named["name"]: named for tags in lists for tag in tags if (named := _named(tag))["name"]}
    yield Page(list(tags.values()), {})
    return None


def _named(tag: Record) -> dict[str, Any]:
    """Older servers give the tag's name as `id` and `text` only."""
    return {**tag, "name": tag.get("name") or tag.get("text") or str(tag.get("id") or "")}
