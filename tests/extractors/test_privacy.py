"""Private data: what is hashed, dropped and guarded, and what must stay as it is."""

from __future__ import annotations

import copy
import gzip
import hashlib
import hmac
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.http import Api
from extractors.privacy import Cleaner, guarded, is_suspicious
from extractors.registry import VENDORS
from extractors.source import Fetching, Page, Private, Record, Start, Stream

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"
KEY = (("7", b"\x01" * 32),)


def unread(api: Api, start: Start) -> Fetching:
    yield Page([], {})
    return None


def cleaned(record: Record, *, bases: tuple[str, ...] = (), **declared: Any) -> Any:
    stream = Stream("things", ("id",), unread, **declared)
    return orjson.loads(Cleaner(stream, {"keep_names": False}, KEY, bases).encode(record))


def test_an_address_becomes_the_same_keyed_hash_however_it_is_written():
    expected = "k7:" + hmac.new(b"\x01" * 32, b"ann@example.com", hashlib.sha256).hexdigest()
    private = {"email": Private.HASH, "others": Private.HASH}
    record = {"id": 1, "email": " Ann@Example.COM\n", "others": ["ANN@example.com", "", None]}
    assert cleaned(record, private=private) == {"id": 1, "email": expected, "others": [expected, None]}
    assert cleaned({"id": 1, "email": "", "others": {"a": "b@c.de"}}, private=private) == {
        "id": 1,
        "email": None,
        "others": None,
    }


def test_declared_paths_go_through_lists_and_leave_absent_fields_absent():
    private = {"user.email": Private.HASH, "events.system.ip": Private.DROP, "photo": Private.DROP}
    record = {
        "id": 1,
        "events": [{"system": {"ip": "x", "client": "c"}}, {"system": None}, {}, "odd"],
        "user": [{"email": None}, {"name": "n"}],
    }
    assert cleaned(copy.deepcopy(record), private=private) == {
        "id": 1,
        "events": [{"system": {"ip": None, "client": "c"}}, {"system": None}, {}, "odd"],
        "user": [{"email": None}, {"name": "n"}],
    }


def test_private_text_leaves_only_links_to_the_configured_sites_without_their_queries():
    text = (
        "Call me, see https://forum.example.com/t/some-topic/12?u=ann#p3, "
        '<a href="https://FORUM.example.com/t/other/13">x</a> and https://elsewhere.example/t/1 or '
        "https://forum.example.com.evil.example/t/2 or https://ideas.example.com/board/5."
    )
    record = {"id": 1, "text": text, "more": [{"body": "https://ideas.example.com/boards/5"}]}
    bases = ("https://forum.example.com", "https://ideas.example.com/board")
    private = {"text": Private.TEXT, "more.body": Private.TEXT}
    assert cleaned(record, private=private, bases=bases) == {
        "id": 1,
        "text": None,
        "more": [{"body": None}],
        "_links": [
            "https://forum.example.com/t/some-topic/12",
            "https://forum.example.com/t/other/13",
            "https://ideas.example.com/board/5",
        ],
    }


def test_the_vendors_own_scrub_comes_first():
    record = {"id": 1, "name": "Ann", "email": "a@b.de"}
    result = cleaned(
        record,
        scrub=lambda record, settings: {**record, "name": "kept" if settings["keep_names"] else None},
        private={"email": Private.DROP},
    )
    assert result == {"id": 1, "name": None, "email": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann.lee+x@mail.example.co.uk, please", "write to [e-mail], please"),
        ("https://x.example/?mail=ann%40example.com&a=1", "https://x.example/?mail=[e-mail]&a=1"),
        ("mailto:ann@example.com", "mailto:[e-mail]"),
        ("came from 203.0.113.77 today", "came from [ip] today"),
        ("203.0.113.77", "[ip]"),
        ("[10.20.30.40]:8080", "[[ip]]:8080"),
        ("via 2001:db8:85a3::8a2e:370:7334.", "via [ip]."),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[ip]"),
        ("fe80::1ff:fe23:4567:890a", "[ip]"),
        ("ring +49 171 1234567 now", "ring [phone] now"),
        ("+1 (555) 234-5678", "[phone]"),
        ("+442079460958", "[phone]"),
        ("0049 171 123 4567", "[phone]"),
        ("(555) 234-5678", "[phone]"),
        ("555-234-5678", "[phone]"),
        ("1-555-234-5678", "[phone]"),
        ("Tel.: 089/1234567", "Tel.: [phone]"),
        ("phone 5552345678", "phone [phone]"),
    ],
)
def test_the_guard_replaces_personal_patterns(text: str, expected: str):
    assert guarded(text) == expected
    assert cleaned({"id": 1, "deep": [{"note": text}]})["deep"] == [{"note": expected}]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T08:15:30.000Z",
        "2018-11-04T00:00:00+00:00",
        "2026-03-01 08:15:30",
        "20260301081530",
        "INC0000045",
        "123e4567-e89b-12d3-a456-426614174000",
        "k7:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "version 10.20.30.40",
        "v10.2.3.4 and 1.2.3.4",
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "Chrome/46.12.24.86",
        "app-10.0.3.1.tar.gz",
        "120.0.0.0",
        "127.0.0.1:8080",
        "http://203.0.113.77/path",
        "/uploads/image@2x.png",
        "@ann and user@2",
        "git@github.com:lodestar/lodestar.git",
        "std::vector<a::b>",
        "12:30:45",
        "aa:bb:cc:dd:ee:ff",
        "C++11, +1, +100",
        "1.0.0+20130313144700",
        "1500 points, 100 200 3000",
        "910001",
        "4500000012345678901",
        "https://x.example/t/555-234-5678/2",
        "+0.1234567890",
        "/user_avatar/forum.example.com/ann/{size}/555_2.png",
        "from 2025-01-31 to 2026-02-28",
    ],
)
def test_the_guard_leaves_what_only_looks_personal(text: str):
    assert guarded(text) == text


def test_fields_about_versions_hold_no_addresses():
    assert guarded("10.20.30.40", "creator_browser_version") == "10.20.30.40"


def test_public_text_and_keys_are_not_guarded():
    record = {"id": "a@b.de", "raw": "mail a@b.de", "other": "mail a@b.de", "posts": [{"cooked": "a@b.de"}]}
    assert cleaned(record, public_text=frozenset({"raw", "posts.cooked"})) == {
        "id": "a@b.de",
        "raw": "mail a@b.de",
        "other": "mail [e-mail]",
        "posts": [{"cooked": "a@b.de"}],
    }


_PIECES = st.sampled_from(
    [
        "a@b.de",
        "%40",
        "+4917112345",
        "00",
        "49",
        " ",
        "(",
        ")",
        "555",
        "-",
        ".",
        "2345678",
        "234",
        "5678",
        "tel",
        "phone: ",
        "10.20",
        ".30.40",
        "2001:",
        "db8",
        "::",
        "1:2:3:4:5:6:",
        "x",
        '"',
        "\n",
        "ü",
        "7",
        "12",
        ":",
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
@example("0049 171 123 4567")
@example("\n0049 171 123 4567")
@example("2001:1:2:3:4:5:6:7")
def test_the_quick_look_misses_nothing_the_guard_would_replace(text: str):
    if guarded(text) != text:
        assert is_suspicious(orjson.dumps({"field": text}))


@given(st.text(max_size=200))
def test_the_guard_leaves_its_own_output_alone(text: str):
    assert guarded(guarded(text)) == guarded(text)


def test_a_long_run_of_letters_does_not_slow_the_guard_down():
    assert guarded("a" * 200_000 + " @ " + "1.2.3." * 20_000).endswith("1.2.3.")


def _datasets() -> list[Any]:
    names = {"delving": "discourse", "urho_sample": "discourse", "fslang_twothirds": "uservoice"}
    names["uci_incidents"] = "zendesk"
    return [
        pytest.param(
            SHARED_DATA / name / vendor / f"{wire}.jsonl.gz", vendor, stream, id=f"{name}-{stream.name}"
        )
        for name, vendor in names.items()
        for stream in VENDORS[vendor].streams
        for wire in [{"admin_users": "users", "threads": "topic_views"}.get(stream.name, stream.name)]
        if not SHARED_DATA.is_dir() or (SHARED_DATA / name / vendor / f"{wire}.jsonl.gz").is_file()
    ]


@pytest.mark.parametrize(("path", "vendor", "stream"), _datasets())
def test_records_of_real_sites_change_in_declared_private_fields_only(
    path: Path, vendor: str, stream: Stream
):
    if not path.is_file():
        pytest.skip("needs the archives of real sites in ../shared/data")
    options = {"keep_names": True, "custom_fields": tuple(range(910001, 910028))}
    cleaner = Cleaner(stream, options, KEY)
    declared = {path.split(".")[0] for path in stream.private} | {"_links"}
    with gzip.open(path) as lines:
        for line in lines:
            before = orjson.loads(line)
            scrubbed = copy.deepcopy(before)
            if stream.scrub:
                scrubbed = stream.scrub(scrubbed, options)
            after = orjson.loads(cleaner.encode(orjson.loads(line)))
            rest = {name: value for name, value in after.items() if name not in declared}
            expected = {name: value for name, value in scrubbed.items() if name not in declared}
            assert rest == expected, f"record {before['id']}"
