"""The plan of an erasure: who it is about while it lasts, and what is done of it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from extractors.durable import write_durably
from extractors.errors import StorageError, storage_errors
from extractors.privacy import Keys
from extractors.suppression import Entry, Token, read_entries
from warehouse.erasing.people import Asked, EraseError, Person, key_of

PLAN = "erasing.json"
AUDIT = "erasures.jsonl"
REQUESTS = "erase_requests"
_REQUEST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*\Z")


@dataclass
class Plan:
    """An erasure under way; the only file that names the person."""

    id: str
    began_at: str
    asked: Asked
    people: list[Person]
    tokens: list[Token]
    vendors: dict[str, str]
    done: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Plan | None:
        """The plan of an erasure that was not finished; None if there is none."""
        try:
            content = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise StorageError(f"{path} can't be read. Remove it and ask for the erasure again.") from None
        people = [
            Person(tuple((source, account) for source, account in each["accounts"]), (), {}, each["number"])
            for each in content["people"]
        ]
        asked = Asked(
            tuple((source, account) for source, account in content["asked"]["accounts"]),
            tuple(content["asked"]["emails"]),
        )
        return cls(
            content["id"],
            content["began_at"],
            asked,
            people,
            [Token(**token) for token in content["tokens"]],
            content["vendors"],
            content["done"],
            content["counts"],
        )

    def write(self, path: Path) -> None:
        """Make the plan durable; for its owner's eyes only."""
        content = {
            "id": self.id,
            "began_at": self.began_at,
            "asked": asdict(self.asked),
            "people": [{"accounts": person.accounts, "number": person.number} for person in self.people],
            "tokens": [asdict(token) for token in self.tokens],
            "vendors": self.vendors,
            "done": self.done,
            "counts": self.counts,
        }
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, orjson.dumps(content, option=orjson.OPT_INDENT_2))
            path.chmod(0o600)


def read_request(data_dir: Path, name: str) -> Asked:
    """Who a request file names: a line `SOURCE ACCOUNT` or `email ADDRESS` each; raises EraseError.

    It exists so that Airflow, which shows and keeps the parameters of its runs, never learns who it is.
    """
    path = request_file(data_dir, name)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise EraseError(
            f"{path} does not exist. Write it: one line `SOURCE ACCOUNT` or `email ADDRESS` for each person."
        ) from None
    accounts: list[tuple[str, str]] = []
    emails: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        head, _, value = line.strip().partition(" ")
        if not value.strip():
            raise EraseError(f"{path}, line {number}: is neither `SOURCE ACCOUNT` nor `email ADDRESS`.")
        if head == "email":
            emails.append(value.strip())
        else:
            accounts.append((head, value.strip()))
    return Asked(tuple(accounts), tuple(emails))


def request_file(data_dir: Path, name: str) -> Path:
    """Where the request of this name lies; raises EraseError for a name that is none."""
    if not _REQUEST_NAME.match(name):
        raise EraseError("a request's name is the name of a file: letters, digits, dots and dashes")
    return data_dir / "state" / REQUESTS / name


def entries_with(data_dir: Path, plan: Plan, keys: Keys) -> tuple[Entry, ...]:
    """The suppression list with the plan's people."""
    before = read_entries(data_dir)
    have = {(entry.kind, entry.key, entry.hash, entry.source) for entry in before}
    new = [token.entry(key_of(token, keys)) for token in plan.tokens]
    return (*before, *(each for each in new if (each.kind, each.key, each.hash, each.source) not in have))
