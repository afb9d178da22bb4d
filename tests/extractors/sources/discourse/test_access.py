"""As whom a forum is read, and what of its accounts is kept."""

from __future__ import annotations

import pytest

from extractors.privacy import Cleaner
from tests.extractors.reading import read, stream_of
from tests.extractors.sources.discourse.forum import forum
from tests.extractors.stand_in import StandIn


@pytest.mark.parametrize(
    ("login", "key", "sent"),
    [
        ("system", "k", {"Api-Username": "system", "Api-Key": "k"}),
        (None, "k", {"User-Api-Key": "k"}),
        (None, None, {}),
    ],
    ids=["administrator", "user", "nobody"],
)
def test_the_connection_says_as_whom_a_forum_is_read(
    server: StandIn, login: str | None, key: str | None, sent: dict[str, str]
):
    server.on("/tags.json", {"tags": []})
    read(forum(server, "tags", login=login, key=key), "discourse")
    headers = server.seen[0].headers
    assert {name: headers[name] for name in headers if "Api" in name} == sent


def test_private_data_of_accounts_is_hashed_dropped_or_kept_by_choice():
    cleaner = Cleaner(stream_of("discourse", "admin_users"), {"custom_fields": (3,)}, (("1", b"secret"),))
    line = cleaner.encode(
        {
            "id": 7,
            "username": "ada",
            "name": "Ada",
            "email": " Ada@Example.org",
            "secondary_emails": ["ada@example.net"],
            "ip_address": "192.0.2.7",
            "bio_raw": "call me",
            "user_fields": {"3": "developer", "4": "something private"},
            "single_sign_on_record": {"external_id": "x-1", "external_email": "ada@example.org"},
        }
    ).decode()
    assert '"username":"ada"' in line and '"3":"developer"' in line and '"external_id":"x-1"' in line
    assert "k1:" in line
    for secret in ("example", "192.0.2.7", "call me", "something private"):
        assert secret not in line
