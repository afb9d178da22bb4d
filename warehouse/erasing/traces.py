"""Searching everything under a data folder for what identifies a person: the proof of an erasure.

Compressed files are searched unpacked; databases and Parquet files value by value and byte by byte, because
their strings are stored compressed and pages no longer in use stay in the file.
"""

from __future__ import annotations

import gzip
import json
import mmap
import re
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import zstandard

from extractors.errors import StorageError
from extractors.registry import VENDORS
from extractors.suppression import AFTER, BEFORE, MENTION, Token, lower
from warehouse.erasing.people import Person
from warehouse.tables import literal, quoted

_PIECE = 8 * 2**20
_OVERLAP = 4096
_OF_ACCOUNTS = re.compile(r"(?:account|member)(?:_key)?\Z")
_ESCAPE = r"(?:(?<=\\[nrtbf])|"
"""In JSON text a line break is two signs, the second a letter."""


@dataclass(frozen=True)
class Trace:
    """A file in which something still identifies the person."""

    path: Path
    where: str
    """Table and column, or empty."""

    def __str__(self) -> str:
        return f"{self.path}" + (f" ({self.where})" if self.where else "")


class Searcher:
    """Knows what to look for.

    A text that counts in one source only may stand for somebody else in another's files. It is left to
    `search_landing`, which knows whose files it reads; all else is made from these.
    """

    def __init__(self, tokens: Iterable[Token], people: Sequence[Person]) -> None:
        alternatives: list[str] = []
        hints: set[str] = set()
        for token in tokens:
            if token.kind != "text" or token.source is not None:
                continue
            for form in _forms(token.text):
                pattern = r"(?:\s|\+|%20|&nbsp;)+".join(map(re.escape, form.split()))
                before = MENTION if token.mention else rf"{_ESCAPE}{BEFORE})"
                alternatives.append(f"{before}{pattern}{AFTER}")
                hints.add(lower(max(form.split(), key=len)))
        self.pattern = re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE)
        self.hints = sorted(hints)
        """In lower case; one of them is in every text that shows the person."""
        # `forum:47` is a topic's key too, so it is looked for in columns of accounts only.
        self.keys = [f"{source}:{account}" for person in people for source, account in person.accounts]
        self._longest = max((len(each) for each in alternatives), default=0)
        self.accounts = {
            source: [account for person in people for name, account in person.accounts if name == source]
            for source in {name for person in people for name, _ in person.accounts}
        }

    def text(self, text: str) -> bool:
        """Whether a text shows the person."""
        # The pattern is tried only around what it must contain: on a whole database it would take minutes.
        lowered = lower(text)
        for hint in self.hints:
            place = lowered.find(hint)
            while place >= 0:
                start, end = max(0, place - self._longest), place + self._longest
                if self.pattern.search(text, start, end):
                    return True
                place = lowered.find(hint, place + len(hint))
        return False


def _forms(text: str) -> list[str]:
    """How a text may be written: plain, in a URL, escaped in JSON."""
    return list(dict.fromkeys((text, urllib.parse.quote(text), json.dumps(text)[1:-1])))


def search(
    folders: Iterable[Path],
    searcher: Searcher,
    *,
    skip: Collection[Path] = (),
    told: Callable[[int], None] = lambda _: None,
) -> tuple[list[Trace], int]:
    """Files under `folders` that show the person, and how many were searched; `told` hears of each."""
    skipped = {path.resolve() for path in skip}
    traces: list[Trace] = []
    number = 0
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            resolved = path.resolve()
            if resolved in skipped or skipped.intersection(resolved.parents):
                continue
            number += 1
            told(number)
            traces += _search_file(path, searcher)
            if searcher.text(path.name):
                traces.append(Trace(path, "its name"))
    return traces, number


def _search_file(path: Path, searcher: Searcher) -> Iterator[Trace]:
    try:
        if path.suffix in (".duckdb", ".parquet"):
            yield from _search_columns(path, searcher)
        if any(searcher.text(text) for text in _texts(path)):
            yield Trace(path, "")
    except FileNotFoundError:
        return
    except duckdb.IOException:
        if path.exists():
            raise StorageError(
                f"{path} can't be searched: another program writes it, or it is damaged. Wait, or remove it, "
                "and run again."
            ) from None


def _texts(path: Path) -> Iterator[str]:
    """The content of a file in pieces that overlap, unpacked if it is compressed."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        if path.suffix == ".zst":
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            yield from _pieces(reader.read)
        elif path.suffix == ".gz":
            with gzip.open(file) as unpacked:
                yield from _pieces(unpacked.read)
        else:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                yield from _pieces(mapped.read)


def _pieces(read: Callable[[int], bytes]) -> Iterator[str]:
    before = b""
    while piece := read(_PIECE):
        content = before + piece
        yield content.decode("utf-8", errors="replace")
        before = content[-_OVERLAP:]


def _search_columns(path: Path, searcher: Searcher) -> Iterator[Trace]:
    """Every value of a DuckDB or Parquet file that can hold text."""
    hints = "|".join(map(re.escape, searcher.hints)) or "$^"
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            connection.execute(f"create view one as from read_parquet({literal(str(path))})")
            tables = [("memory", "main", "one")]
        else:
            connection.execute(f"attach {literal(str(path))} as searched (read_only)")
            tables = connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables() where database_name = "
                "'searched' order by all"
            ).fetchall()
        for database, schema, table in tables:
            name = f"{quoted(database)}.{quoted(schema)}.{quoted(table)}"
            columns = connection.execute(f"describe {name}").fetchall()
            for column, kind, *_ in columns:
                if not any(word in kind for word in ("VARCHAR", "JSON", "STRUCT", "MAP", "BLOB", "UNION")):
                    continue
                values = connection.execute(
                    f"select distinct cast({quoted(column)} as varchar) as value from {name} where "
                    f"regexp_matches(lower(cast({quoted(column)} as varchar)), ?)",
                    [hints],
                ).fetchall()
                shows = any(searcher.text(value) for (value,) in values)
                if _OF_ACCOUNTS.search(column) and kind == "VARCHAR":
                    shows |= (
                        connection.execute(
                            f"select 1 from {name} where list_contains(?, {quoted(column)}) limit 1",
                            [searcher.keys],
                        ).fetchone()
                        is not None
                    )
                if shows:
                    yield Trace(path, f"{schema}.{table}.{column}")


def search_ids(
    connection: duckdb.DuckDBPyConnection, database: Path, searcher: Searcher, vendors: Mapping[str, str]
) -> list[Trace]:
    """Columns of the raw tables in which the number of an account stands as one."""
    traces = []
    columns = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'raw' and database_name = "
        "current_database() and data_type in ('BIGINT', 'INTEGER', 'VARCHAR')"
    ).fetchall()
    for source, accounts in sorted(searcher.accounts.items()):
        vendor = vendors[source]
        people = VENDORS[vendor].people
        for table, column in columns:
            stream = table.removeprefix(f"{vendor}__").removesuffix("__history")
            if not table.startswith(f"{vendor}__"):
                continue
            if column not in people.id_fields and column != people.accounts.get(stream):
                continue
            listed = ", ".join(map(literal, accounts))
            if connection.execute(
                f"select 1 from raw.{quoted(table)} where _source = ? and cast({quoted(column)} as varchar) "
                f"in ({listed}) limit 1",
                [source],
            ).fetchone():
                traces.append(Trace(database, f"raw.{table}.{column}"))
    return traces
