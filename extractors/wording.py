"""How numbers of things are told."""

from __future__ import annotations


def counted(number: int, what: str, many: str = "") -> str:
    """`3 backups`, `1 backup`; `many` is for plurals of another form."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"
