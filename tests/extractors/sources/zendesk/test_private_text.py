"""Credentials of a desk, and the private text it loses."""

from __future__ import annotations

import base64
import json
from typing import Any

from extractors.privacy import Cleaner
from extractors.source import Record
from tests.extractors.reading import stream_of
from tests.extractors.sources.zendesk.desk import TicketExport, read_stream
from tests.extractors.stand_in import StandIn


def test_an_api_token_goes_with_the_login(server: StandIn):
    TicketExport(server, {})
    read_stream(server, "tickets")
    scheme, _, pair = server.seen[0].headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"somebody/token:key")


def cleaned(stream: str, record: Record, links: tuple[str, ...] = (), **options: Any) -> Record:
    cleaner = Cleaner(stream_of("zendesk", stream), options, (("1", b"secret"),), links)
    answer: Record = json.loads(cleaner.encode(record))
    return answer


def test_a_ticket_loses_its_text_but_for_links_to_the_community_s_sites():
    ticket = cleaned(
        "tickets",
        {
            "id": 1,
            "subject": "My secret",
            "raw_subject": "My secret",
            "description": "see https://forum.example.com/t/fix/12?u=ada and https://private.example.net/x",
            "recipient": "support@example.com",
            "via": {
                "channel": "email",
                "source": {"from": {"address": "ada@example.org", "ticket_id": 7}, "to": {}},
            },
            "custom_fields": [{"id": 5, "value": "yes"}, {"id": 6, "value": "private"}],
            "fields": [{"id": 6, "value": "private"}],
            "satisfaction_rating": {"score": "good", "comment": "thanks from Ada"},
            "tags": ["vip"],
        },
        ("https://forum.example.com",),
        custom_fields=(5,),
    )
    assert ticket["subject"] is None and ticket["description"] is None
    assert ticket["_links"] == ["https://forum.example.com/t/fix/12"]
    assert ticket["via"]["source"] == {"from": {"ticket_id": 7}, "to": {}}
    assert ticket["custom_fields"] == [{"id": 5, "value": "yes"}]
    assert ticket["satisfaction_rating"] == {"score": "good", "comment": None}
    assert ticket["recipient"].startswith("k1:") and ticket["tags"] == ["vip"]
    assert "private" not in json.dumps(ticket)


USER = {
    "id": 1,
    "name": "Ada Lovelace",
    "alias": "ada",
    "email": "Ada@Example.org",
    "phone": "+15551234567",
    "signature": "Ada",
    "user_fields": {"plan": "gold", "birthday": "1815-12-10"},
}


def test_an_end_user_s_name_goes_and_an_agent_s_stays():
    assert cleaned("users", {**USER, "role": "end-user"})["name"] is None
    assert cleaned("users", {**USER, "role": "end-user"})["alias"] is None
    assert cleaned("users", {**USER, "role": "agent"})["name"] == "Ada Lovelace"
    assert cleaned("users", {**USER, "role": "end-user"}, keep_names=True)["name"] == "Ada Lovelace"


def test_a_user_s_address_is_hashed_and_only_chosen_fields_stay():
    user = cleaned("users", {**USER, "role": "admin"}, custom_fields=("plan",))
    assert user["email"].startswith("k1:") and user["phone"] is None and user["signature"] is None
    assert user["user_fields"] == {"plan": "gold"}


def test_an_address_as_external_id_does_not_become_a_shared_placeholder():
    assert (
        cleaned("users", {**USER, "role": "agent", "external_id": "ada@example.org"})["external_id"] is None
    )
    assert cleaned("users", {**USER, "role": "agent", "external_id": "crm-7"})["external_id"] == "crm-7"


def test_an_audit_keeps_harmless_changes_and_loses_text_and_system():
    event = cleaned(
        "ticket_events",
        {
            "id": 1,
            "ticket_id": 2,
            "system": {"ip_address": "192.0.2.7", "location": "Paris"},
            "child_events": [
                {"id": 3, "event_type": "Change", "status": "open", "previous_value": "new"},
                {"id": 4, "event_type": "Change", "subject": "secret", "previous_value": "older secret"},
                {"id": 5, "event_type": "Change", "custom_ticket_fields": {"5": "a", "6": "secret"}},
                {
                    "id": 6,
                    "event_type": "Comment",
                    "public": True,
                    "author_id": 9,
                    "body": "secret https://f.example/t/1",
                },
                {"id": 7, "event_type": "Create", "requester_id": "11", "something_new": "secret"},
            ],
        },
        ("https://f.example",),
        custom_fields=(5,),
    )
    assert event["system"] is None and event["_links"] == ["https://f.example/t/1"]
    status, subject, custom, comment, create = event["child_events"]
    assert status == {"id": 3, "event_type": "Change", "status": "open", "previous_value": "new"}
    assert subject == {"id": 4, "event_type": "Change", "subject": None, "previous_value": None}
    assert custom["custom_ticket_fields"] == {"5": "a"}
    assert comment == {"id": 6, "event_type": "Comment", "public": True, "author_id": 9, "body": None}
    assert create["requester_id"] == "11" and create["something_new"] is None
    assert "secret" not in json.dumps(event)


def test_deleted_tickets_lose_their_subject_and_get_a_readable_date():
    record = cleaned("deleted_tickets", {"id": 1, "subject": "secret", "deleted_at": "20140704T15:37:04Z"})
    assert record["subject"] is None and record["deleted_at"] == "2014-07-04T15:37:04Z"
    assert (
        cleaned("deleted_tickets", {"id": 1, "deleted_at": "2014-07-04T15:37:04Z"})["deleted_at"][:4]
        == "2014"
    )
