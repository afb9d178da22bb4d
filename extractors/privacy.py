"""Private data leaves a record before it touches the disk.

A record passes three steps: the vendor's own `scrub`, the declared private fields (dropped, hashed, or
reduced to their links), and a guard that replaces e-mail, phone and IP patterns in every string outside
public post text. The guard must leave ids, dates, versions and URLs alone: what looks like one of these
stays. A quick look at the serialised record decides whether the guard has to walk it at all.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from extractors.source import Private, Record, Stream
from extractors.suppression import Suppression, keyed_hash

KEY_MARK = "_privacy_key"
"""Under this name a watermark holds the id of the key that its stream's records were hashed with."""
Keys = tuple[tuple[str, bytes], ...]
Plan = dict[str, Any]

LINKS = "_links"
_GUARDED = frozenset({str, list, dict})

_EMAIL = re.compile(r"[\w.%+'\-]{1,64}(?:@|%40)((?:[\w\-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![\w])")
_IPV4 = re.compile(
    r"(?<![\w.])(?<!//)(?<![A-Za-z][/\-])"
    r"((?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3})"
    r"(?!\w|-[A-Za-z]|\.\w)"
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{3,4}:[0-9A-Fa-f:]{2,35}(?![\w:])")
_SEPARATORS = r"[ ().\-/\u00a0]"
_PHONES = (
    re.compile(rf"(?<![\w+.])\+[1-9](?:{_SEPARATORS}{{0,3}}\d){{7,14}}(?!\w)"),
    re.compile(
        rf"""(?:(?<=[ \n\r\t("'])|^)00[1-9](?=[\d ]{{0,12}}[ /.\-])(?:{_SEPARATORS}{{0,3}}\d){{7,14}}(?!\w)"""
    ),
    re.compile(
        r"(?<![\w.\-+/#])(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{4}(?![\w\-])"
    ),
)
_LABELLED_PHONE = re.compile(
    rf"(?i)(\b(?:tel|telephone|telefon|phone|mobile?|fax|whatsapp)(?: ?(?:no|nr|number))?[.:#= ]{{0,3}})"
    rf"(\(?\d(?:{_SEPARATORS}{{0,2}}\d){{6,14}})(?!\w)"
)
_VERSION_WORD = re.compile(
    r"(?i)(?:versions?|ver|v|build|release|rev|firmware|driver|sdk|update|patch|upgrade|section)[\s.:=#\"“'`(]{0,3}\Z"
)
_DATE = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d|\d\d[/.]\d\d[/.]\d{4}")
_URL = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`]+")


def _table(classes: Mapping[bytes, str], other: str = "x") -> bytes:
    """A translation that maps each byte to the sign of its class."""
    table = bytearray(other.encode() * 256)
    for members, sign in classes.items():
        for byte in members:
            table[byte] = ord(sign)
    return bytes(table)


_DIGITS = b"0123456789"
_SHAPE = _table({_DIGITS: "d", b"- ": "-", b".": ".", b"+(": "+"})
_HEXED = _table({_DIGITS + b"abcdefABCDEF": "h", b":": ":"})
_ZEROS = _table({b"0": "0", b"123456789": "d", b"\"' (nrt": "q"})
_LABELS = _table({_DIGITS: "d", b"lexproLEXPRO": "l"})
_LABEL_SEPARATORS = b" .:#=("
_FOUR_NUMBERS = re.compile(rb"d\.d{1,3}\.d{1,3}\.d")
_LABEL_WORDS = (b"tel", b"phone", b"mobil", b"fax", b"whatsapp")


class Cleaner:
    """Removes private data from the records of one stream."""

    def __init__(
        self,
        stream: Stream,
        options: Mapping[str, Any],
        keys: Keys,
        link_bases: Collection[str] = (),
        suppression: Suppression | None = None,
    ) -> None:
        """`keys`: the current one first; `link_bases`: addresses whose links private text leaves behind.

        `suppression` keeps out people who were erased.
        """
        self._stream = stream.name
        self._suppression = suppression
        self._scrub = stream.scrub
        self._options = options
        self._key_id, self._secret = keys[0]
        self._bases = tuple(urlsplit(base) for base in link_bases)
        self._private = _plan(stream.private)
        self._has_text = Private.TEXT in stream.private.values()
        self._left_alone = _plan(dict.fromkeys((*stream.public_text, *stream.key, LINKS), True))

    def encode(self, record: Record) -> bytes:
        """The cleaned record as one JSON object; may change the record given."""
        if self._scrub:
            record = self._scrub(record, self._options)
        if self._private:
            links: list[str] = []
            self._remove(record, self._private, links)
            if self._has_text:
                record[LINKS] = list(dict.fromkeys(links))
        if is_suspicious(orjson.dumps(self._guarded(record))):
            _guard(record, self._left_alone)
        if self._suppression:
            record = self._suppression.apply(self._stream, record)
        return orjson.dumps(record)

    def _guarded(self, record: Record) -> list[Any]:
        """What the guard may change: neither names, nor numbers, nor what is left alone."""
        left_alone = self._left_alone
        return [
            value
            for name, value in record.items()
            if value.__class__ in _GUARDED and left_alone.get(name) is not True
        ]

    def hash_email(self, text: str) -> str | None:
        """`k<key id>:<hex>`: HMAC-SHA-256 of the trimmed, lower-cased address; None for blank text."""
        plain = text.strip().lower()
        if not plain:
            return None
        # A person was erased under the key of that day: another one today must not bring them back.
        erased = self._suppression.address(plain) if self._suppression else None
        return erased or keyed_hash(self._key_id, self._secret, plain)

    def _remove(self, value: Any, plan: Plan, links: list[str]) -> None:
        if isinstance(value, list):
            for item in value:
                self._remove(item, plan, links)
        elif isinstance(value, dict):
            for name, what in plan.items():
                content = value.get(name)
                if content is None:
                    continue
                if isinstance(what, dict):
                    self._remove(content, what, links)
                else:
                    value[name] = self._hashed(content) if what is Private.HASH else None
                    if what is Private.TEXT and (not isinstance(content, str) or "://" in content):
                        links.extend(self._links(content))

    def _hashed(self, content: Any) -> Any:
        if isinstance(content, str):
            return self.hash_email(content)
        if isinstance(content, list):
            return [self.hash_email(item) for item in content if isinstance(item, str)]
        return None

    def _links(self, content: Any) -> Iterator[str]:
        for text in _strings(content):
            for found in _URL.findall(text):
                try:
                    url = urlsplit(found.rstrip(".,;:!?*"))
                except ValueError:
                    continue
                for base in self._bases:
                    under = url.path == base.path or url.path.startswith(base.path.rstrip("/") + "/")
                    if url.netloc.lower() == base.netloc.lower() and under:
                        yield f"{url.scheme}://{url.netloc.lower()}{url.path}"
                        break


def is_suspicious(line: bytes) -> bool:
    """Whether serialised JSON may hold an e-mail or IP address or a phone number; in doubt True."""
    # Single bytes first: they are found ten times as fast as pairs.
    if b"@" in line or (b"%" in line and b"%40" in line):
        return True
    shape = line.translate(_SHAPE)
    if b"+" in shape and b"+d" in shape:
        return True
    if b"ddd-ddd" in shape or b"ddd.ddd" in shape:
        return True
    if b"d.d" in shape and _FOUR_NUMBERS.search(shape):
        return True
    if b"hhh:" in line.translate(_HEXED) or b"q00d" in line.translate(_ZEROS):
        return True
    if b"ld" in line.translate(_LABELS, _LABEL_SEPARATORS):
        lowered = line.lower()
        return any(word in lowered for word in _LABEL_WORDS)
    return False


def guarded(text: str, name: str = "") -> str:
    """`text` with e-mail addresses, IP addresses and phone numbers replaced by `[e-mail]`, `[ip]`, `[phone]`.

    `name` is the field it stands in: one about versions holds no IP addresses.
    """
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(_replaced_email, text)
    if text.count(".") >= 3 and "version" not in name.lower():
        text = _IPV4.sub(_replaced_ipv4, text)
    if text.count(":") >= 2:
        text = _IPV6.sub(_replaced_ipv6, text)
    if len(text) >= 7:
        for pattern in _PHONES:
            text = pattern.sub(_replaced_phone, text)
        text = _LABELLED_PHONE.sub(
            lambda match: match[0] if _DATE.search(match[2]) else f"{match[1]}[phone]", text
        )
    return text


def _replaced_email(match: re.Match[str]) -> str:
    is_image = re.match(r"\d+x\.", match[1]) is not None
    return match[0] if is_image or match[0].startswith("git@") else "[e-mail]"


def _replaced_ipv4(match: re.Match[str]) -> str:
    numbers = match[1].split(".")
    is_harmless = numbers[1:] == ["0", "0", "0"] or all(len(number) == 1 for number in numbers)
    is_harmless |= numbers[0] == "127"
    if is_harmless or _VERSION_WORD.search(match.string[max(match.start() - 16, 0) : match.start()]):
        return match[0]
    return "[ip]"


def _replaced_ipv6(match: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv6Address(match[0].rstrip(":") if not match[0].endswith("::") else match[0])
    except ValueError:
        return match[0]
    is_used = match[0][0] in "23" or address.is_link_local or match[0][:2].lower() in ("fc", "fd")
    return "[ip]" if is_used and any(letter.isdigit() for letter in match[0]) else match[0]


def _replaced_phone(match: re.Match[str]) -> str:
    is_decimal = re.fullmatch(r"\+?\d+\.\d+", match[0]) is not None
    return match[0] if is_decimal or _DATE.search(match[0]) else "[phone]"


def _guard(value: Any, left_alone: Plan) -> bool:
    """Guard all strings below a list or dict in place; says whether one changed."""
    changed = False
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for place, content in list(items):
        inner = left_alone.get(place) if isinstance(place, str) else left_alone
        if inner is True or not isinstance(content, str | list | dict):
            continue
        if isinstance(content, str):
            clean = guarded(content, place if isinstance(place, str) else "")
            if clean != content:
                value[place] = clean
                changed = True
        else:
            changed |= _guard(content, inner or {})
    return changed


def _plan(paths: Mapping[str, Any]) -> Plan:
    """Dotted paths as nested dicts; of two paths that overlap the outer one covers the other."""
    plan: Plan = {}
    for path, what in sorted(paths.items()):
        at: Any = plan
        *outer, last = path.split(".")
        for name in outer:
            at = at.setdefault(name, {})
            if not isinstance(at, dict):
                break
        else:
            at[last] = what
    return plan


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
