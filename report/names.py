"""How people are named on the pages: by their public name, or, for sharing outside, by a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

HIDDEN = "(hidden)"


class Names:
    """Names shown or hidden; whoever has a page of his own is linked to it.

    Hidden names are numbers that hold within one report only, so that two reports can't be joined.
    """

    def __init__(self, hidden: bool) -> None:
        self.hidden = hidden
        self._numbers: Mapping[str, int] = {}
        self._pages: frozenset[str] = frozenset()

    def number(self, member_keys: Iterable[str]) -> None:
        """Give out the numbers that stand for names, in the order of `member_keys`."""
        self._numbers = {key: number for number, key in enumerate(member_keys, 1)}

    def give_pages(self, member_keys: Iterable[str]) -> None:
        """Say who has a page in `members/`."""
        self._pages = frozenset(member_keys)

    def show(self, member_key: str | None, display_name: Any, *, base: str = "members/") -> Markup:
        """A person's name, linked to the person's page if there is one; `base` leads to `members/`."""
        name = self.plain(member_key, display_name)
        if member_key not in self._pages:
            return Markup("{}").format(name)
        return Markup('<a href="{}{}">{}</a>').format(base, page_name(str(member_key)), name)

    def plain(self, member_key: str | None, display_name: Any) -> str:
        """A person's name without a link."""
        if not self.hidden:
            return str(display_name if display_name not in (None, "") else "Somebody")
        number = self._numbers.get(str(member_key))
        return f"Member {number}" if number else "Member"

    def private(self, text: Any) -> str:
        """A text that may tell who somebody is: a post's title, an address, a sentence with names."""
        if text is None:
            return ""
        return HIDDEN if self.hidden else str(text)


def page_name(member_key: str) -> str:
    """The file name of a member's page: the key with everything odd spelled as its code."""
    return re.sub(r"[^A-Za-z0-9]", _spelled, member_key) + ".html"


def _spelled(odd: re.Match[str]) -> str:
    return "-" if odd[0] == ":" else f"_{ord(odd[0]):x}"
