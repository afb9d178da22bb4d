"""People who were erased, and how they are kept out of what is read afterwards.

`state/suppressed.json` lists what would identify them as keyed hashes (HMAC-SHA-256 under the privacy keys),
each with what stands in its place. A record that shows them is not dropped: their account gets a random id
and name, the same wherever it stands, so that posts, answers, votes and tickets still count, and nothing of
others is lost. What they wrote goes, and so do mentions of them in what others wrote.

The same substitution rewrites the landing files when somebody is erased, so a record read later is the same,
byte for byte, as one that was rewritten. It runs last, after private data is gone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from extractors.errors import ConfigError, StorageError
from extractors.source import People, Record

FILE = "suppressed.json"
Kind = Literal["account", "text", "email"]

_WORD = re.compile(r"\w+")
_MOST_WORDS_KNOWN = 200_000
USERNAME = "username"
"""The field of a record that names whose it is where a vendor shows no id."""
# A user name may hold dots and dashes, so `ann` is not in `ann.lee`; but `/u/ann.json` and `ann.` are Ann.
BEFORE = r"(?<!\w)(?<!\w[.\-])"
AFTER = r"(?!\w)(?![.\-](?!(?:json|html|rss|xml|png|jpe?g|gif|svg|webp)\b)\w)"
_BEFORE = re.compile(rf"{BEFORE}\Z")
_AFTER = re.compile(AFTER)
MENTION = r"(?:@|/u/|/users/|/user_avatar/[\w.\-]+/|quote=\\?[\"']|username=\\?[\"'])"
"""What stands before a user name wherever it is meant as one."""
_MENTION = re.compile(rf"{MENTION}\Z", re.IGNORECASE)
_GAP = re.compile(r"[\s+]+|%20|&nbsp;")


@dataclass(frozen=True)
class Entry:
    """One thing that identifies an erased person, as a keyed hash."""

    kind: Kind
    key: str
    """Id of the privacy key it is hashed under."""
    hash: str
    becomes: str | int
    """What stands in its place."""
    source: str | None = None
    """The source it holds in; None: everywhere."""
    words: int = 0
    """Of a text: how many words it has."""
    first: str = ""
    """Of a text: the hash of its first word, so that texts are searched by looking up each word."""
    mention: bool = False
    """Of a text: it is an ordinary word, so it counts only where a user name stands."""


@dataclass(frozen=True)
class Token:
    """The same in plain: only in memory, and in the plan of an erasure under way."""

    kind: Kind
    text: str
    becomes: str | int
    source: str | None = None
    mention: bool = False

    def entry(self, key: tuple[str, bytes]) -> Entry:
        """The keyed hash of it."""
        key_id, secret = key
        if self.kind == "text":
            found = words(self.text)
            return Entry(
                "text",
                key_id,
                digest(secret, "text", normal(self.text)),
                self.becomes,
                self.source,
                len(found),
                digest(secret, "word", found[0]),
                self.mention,
            )
        name = f"{self.source}:{self.text}" if self.kind == "account" else self.text
        return Entry(self.kind, key_id, digest(secret, self.kind, name), self.becomes, self.source)


def lower(text: str) -> str:
    """A text in lower case, letter by letter: as long as it was, whatever the letters."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # The lower case of the Turkish capital i with a dot is two signs.
    return "".join(letter.lower()[0] for letter in text)


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(lower(text))


def normal(text: str) -> str:
    """The form in which two spellings of a text are the same: lower case, one space between words."""
    return _GAP.sub(" ", lower(text.strip()))


def digest(secret: bytes, kind: str, text: str) -> str:
    """HMAC-SHA-256 of a text, apart for each kind of thing."""
    return hmac.new(secret, f"suppressed {kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def keyed_hash(key_id: str, secret: bytes, plain: str) -> str:
    """How an e-mail address, trimmed and in lower case, is written."""
    return f"k{key_id}:{hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()}"


def read_entries(data_dir: Path) -> tuple[Entry, ...]:
    """The suppression list; empty if nobody was erased. Raises StorageError."""
    path = data_dir / "state" / FILE
    kept = data_dir / "backup" / FILE
    if not path.exists() and kept.exists():
        raise StorageError(f"{path} is missing. It keeps erased people out: put {kept} there.")
    try:
        return tuple(Entry(**entry) for entry in orjson.loads(path.read_bytes())["entries"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(
            f"{path} can't be read ({type(error).__name__}). It keeps erased people out: restore it from a "
            "backup before anything is read."
        ) from None


def as_json(entries: tuple[Entry, ...]) -> bytes:
    """What is written to the list's file."""
    content = {"version": 1, "entries": [asdict(entry) for entry in entries]}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


@dataclass
class Suppression:
    """Substitutes erased people in the records of one source."""

    people: People
    source: str
    entries: tuple[Entry, ...]
    keys: Mapping[str, bytes]
    _accounts: dict[tuple[str, str], int] = field(default_factory=dict)
    _emails: dict[tuple[str, str], str] = field(default_factory=dict)
    _texts: dict[tuple[str, str], Entry] = field(default_factory=dict)
    _lengths: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _known_words: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _known_ids: dict[int | str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            if entry.key not in self.keys:
                raise ConfigError(
                    f"state/{FILE} holds erased people under privacy key {entry.key}, which is not in "
                    "LODESTAR_PRIVACY_KEYS. Put it back, after the current one; nothing is read without it."
                )
            if entry.source not in (None, self.source):
                continue
            place = (entry.key, entry.hash)
            if entry.kind == "account":
                self._accounts[place] = int(entry.becomes)
            elif entry.kind == "email":
                self._emails[place] = str(entry.becomes)
            else:
                self._texts[place] = entry
                self._lengths.setdefault((entry.key, entry.first), set()).add(entry.words)

    @classmethod
    def read(
        cls, data_dir: Path, source: str, people: People, keys: tuple[tuple[str, bytes], ...]
    ) -> Suppression | None:
        """The list for one source; None if nobody was erased."""
        entries = read_entries(data_dir)
        return cls(people, source, entries, dict(keys)) if entries else None

    def address(self, plain: str) -> str | None:
        """What stands in the place of an erased person's e-mail address, whatever the key of today is."""
        for key in {key for key, _ in self._emails}:
            found = self._emails.get(
                (key, digest(self.keys[key], "email", keyed_hash(key, self.keys[key], plain)))
            )
            if found is not None:
                return found
        return None

    def identifying(self, stream: str, record: Record) -> Iterator[tuple[str, str, str]]:
        """(the name they get, field, value) of what identifies an erased account in a record as it came."""
        yield from self._identifying(record, self.people.accounts.get(stream))

    def _identifying(self, value: Any, account_key: str | None = None) -> Iterator[tuple[str, str, str]]:
        people = self.people
        if isinstance(value, list):
            for item in value:
                yield from self._identifying(item, account_key)
        if not isinstance(value, dict):
            return
        whose = self.whose(value, account_key)
        if whose is not None and (whose[1] or USERNAME in value):
            for name in sorted(people.name_fields):
                if isinstance(value.get(name), str) and value[name].strip():
                    yield whose[0], name, value[name].strip()
        for name, content in value.items():
            if name in people.key_fields and whose is not None and whose[1]:
                yield from ((whose[0], name, text) for text in strings(content) if text.strip())
            elif isinstance(content, dict) and whose is not None and whose[1]:
                yield from (
                    (whose[0], inner, text)
                    for inner in people.key_fields & content.keys()
                    for text in strings(content[inner])
                    if text.strip()
                )
            if isinstance(content, dict | list):
                yield from self._identifying(content, "id" if name in people.object_fields else None)

    def account(self, account: Any) -> int | None:
        """The random id of an erased account, None if it is nobody's."""
        if isinstance(account, bool) or not isinstance(account, int | str):
            return None
        if account not in self._known_ids:
            if len(self._known_ids) > _MOST_WORDS_KNOWN:
                self._known_ids.clear()
            name = f"{self.source}:{account}"
            found = (
                self._accounts.get((key, digest(secret, "account", name)))
                for key, secret in self.keys.items()
            )
            self._known_ids[account] = next((each for each in found if each is not None), None)
        return self._known_ids[account]

    def apply(self, stream: str, record: Record) -> Record:
        """The record without erased people; the one given, changed in place where it must be."""
        self._walk(record, self.people.accounts.get(stream))
        return record

    def _walk(self, value: Any, account_key: str | None = None) -> None:
        if isinstance(value, list):
            for place, item in enumerate(value):
                value[place] = self._content(None, item)
        elif isinstance(value, dict):
            whose = self.whose(value, account_key)
            changed_id = self.people.changed_fields and self._changes_an_id(value)
            anothers = {USERNAME, *self.people.name_fields} if self._is_anothers(value, account_key) else ()
            for name, content in list(value.items()):
                if name in anothers and isinstance(content, str):
                    continue
                is_id = name in self.people.id_fields or (changed_id and name in self.people.changed_fields)
                value[name] = self._ids(content) if is_id else self._content(name, content)
            if whose is not None:
                self._take_away(value, *whose)

    def _changes_an_id(self, value: Record) -> bool:
        """Whether the object tells the change of a field with an account's id."""
        fields = self.people.id_fields
        return not fields.isdisjoint(value) or value.get("field_name") in fields

    def _ids(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._ids(item) for item in content]
        if isinstance(content, dict):
            self._walk(content, "id")
            return content
        substitute = self.account(content)
        if substitute is None:
            return content
        return str(substitute) if isinstance(content, str) else substitute

    def whose(self, value: Record, account_key: str | None = None) -> tuple[str, bool] | None:
        """The name that stands for the erased person an object belongs to, and whether it is their account.

        `account_key` is the field of the account's id if the object is known to be an account.
        """
        if account_key and (account := self.account(value.get(account_key))) is not None:
            return erased_name(account), True
        if (account := self.account(self._owner(value))) is not None:
            return erased_name(account), False
        username = value.get(USERNAME)
        # Somebody else may have the user name now.
        if self._is_anothers(value, account_key):
            return None
        if isinstance(username, str) and (found := self._exact(username)) is not None:
            return str(found.becomes), False
        return None

    def _owner(self, value: Record) -> Any:
        return next(
            (each for path in self.people.owner_fields if (each := _at(value, path)) is not None), None
        )

    def _is_anothers(self, value: Record, account_key: str | None) -> bool:
        """Whether an object says by an id that it belongs to somebody who was not erased."""
        ids = [value.get(account_key) if account_key else None, self._owner(value)]
        told = [each for each in ids if each is not None]
        return bool(told) and all(self.account(each) is None for each in told)

    def _content(self, name: str | None, content: Any) -> Any:
        people = self.people
        if isinstance(content, str):
            return self._string(name, content) if content else content
        if name in people.object_fields:
            for item in content if isinstance(content, list) else [content]:
                self._walk(item, "id")
        elif isinstance(content, dict | list):
            self._walk(content)
        return content

    def _take_away(self, value: Record, shown: str, is_account: bool) -> None:
        people = self.people
        if is_account and (substitute := self.account(value.get("id"))) is not None:
            value["id"] = substitute
        for name in people.name_fields if is_account or USERNAME in value else ():
            if value.get(name):
                value[name] = shown
        for name in people.own | people.profile if is_account else people.own:
            if name in value:
                value[name] = None

    def _string(self, name: str | None, text: str) -> str:
        people = self.people
        is_exact = name in people.username_fields or name in people.key_fields
        if is_exact and (found := self._exact(text)) is not None:
            return str(found.becomes)
        return self._searched(text)

    def _exact(self, text: str) -> Entry | None:
        """What stands for a text that is nothing but a user name, address or external id of theirs."""
        found = words(text)
        return self._lookup(normal(text), len(found), found[:1])

    def _lookup(self, text: str, count: int, first: list[str]) -> Entry | None:
        for key, length in self._word(first[0]) if first else ():
            if length == count:
                found = self._texts.get((key, digest(self.keys[key], "text", text)))
                if found is not None:
                    return found
        return None

    def _word(self, word: str) -> tuple[tuple[str, int], ...]:
        """(key, number of words) of the texts that begin with a word; nearly always nothing."""
        known = self._known_words.get(word)
        if known is None:
            if len(self._known_words) > _MOST_WORDS_KNOWN:
                self._known_words.clear()
            known = tuple(
                (key, length)
                for key, secret in self.keys.items()
                for length in sorted(self._lengths.get((key, digest(secret, "word", word)), ()), reverse=True)
            )
            self._known_words[word] = known
        return known

    def _searched(self, text: str) -> str:
        """The text with every mention of an erased person replaced."""
        lowered = lower(text)
        found = list(_WORD.finditer(lowered))
        pieces: list[str] = []
        done = 0
        for place, word in enumerate(found):
            if word.start() < done:
                continue
            for key, length in self._word(word[0]):
                if place + length > len(found):
                    continue
                start, end = word.start(), found[place + length - 1].end()
                entry = self._texts.get((key, digest(self.keys[key], "text", normal(lowered[start:end]))))
                if entry is None or not self._is_meant(entry, lowered, start, end):
                    continue
                pieces += [text[done:start], str(entry.becomes)]
                done = end
                break
        return "".join(pieces) + text[done:] if pieces else text

    def _is_meant(self, entry: Entry, text: str, start: int, end: int) -> bool:
        if _AFTER.match(text, end) is None:
            return False
        if entry.mention:
            return _MENTION.search(text[max(0, start - 120) : start]) is not None
        return _BEFORE.search(text[max(0, start - 2) : start]) is not None


def erased_name(substitute: Any) -> str:
    """The name that stands for an erased account: `erased-` and the end of its random id."""
    return f"erased-{int(substitute) % 10**9:09d}" if isinstance(substitute, int) else "erased"


def _at(value: Record, path: str) -> Any:
    found: Any = value
    for name in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def strings(value: Any) -> Iterator[str]:
    """Every string below a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
