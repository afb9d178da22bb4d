"""What must go from Zendesk's records beyond the declared private fields.

Custom fields hold anything, so only those chosen by the option `custom_fields` stay (ids of ticket fields,
keys of user and organization fields). An audit's changes hold whatever was changed: only values known to be
harmless stay, of the others the name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from extractors.source import Record

Settings = Mapping[str, Any]

_ORIGIN_IDS = ("ticket_id", "ticket_ids", "topic_id", "post_id", "brand_id", "channel", "deleted")
_FRAME = frozenset(
    {
        "id",
        "event_type",
        "audit_id",
        "author_id",
        "created_at",
        "public",
        "via_reference_id",
        "body",
        "html_body",
        "plain_body",
        "comment_present",
        "comment_public",
        "trusted",
    }
)
_HARMLESS = frozenset(
    {
        "status",
        "custom_status_id",
        "priority",
        "type",
        "ticket_type",
        "group_id",
        "assignee_id",
        "requester_id",
        "submitter_id",
        "organization_id",
        "brand_id",
        "ticket_form_id",
        "problem_id",
        "ticket_id",
        "ticket_ids",
        "due_at",
        "locale_id",
        "is_public",
        "tags",
        "added_tags",
        "removed_tags",
        "current_tags",
        "satisfaction_score",
        "score",
        "macro_id",
        "sla_policy",
        "metric_id",
    }
)


def scrub_ticket(ticket: Record, settings: Settings) -> Record:
    """Keep chosen custom fields (once: `fields` repeats them) and, of where a ticket came from, ids alone."""
    chosen = _chosen(settings)
    custom = ticket.get("custom_fields") or []
    ticket["custom_fields"] = [field for field in custom if str(field.get("id")) in chosen]
    ticket.pop("fields", None)
    _scrub_via(ticket)
    _scrub_external_id(ticket)
    return ticket


def scrub_user(user: Record, settings: Settings) -> Record:
    """Drop an end user's names unless `keep_names` is set, and profile fields that are not chosen."""
    if user.get("role") not in ("agent", "admin") and not settings.get("keep_names"):
        user |= {name: None for name in ("name", "alias") if name in user}
    _keep_chosen(user, "user_fields", settings)
    _scrub_external_id(user)
    return user


def scrub_organization(organization: Record, settings: Settings) -> Record:
    """Drop the fields that are not chosen."""
    _keep_chosen(organization, "organization_fields", settings)
    return organization


def scrub_ticket_event(event: Record, settings: Settings) -> Record:
    """Drop changed values but harmless ones; the texts of comments are left to the text rule."""
    chosen = _chosen(settings)
    _scrub_via(event)
    event["child_events"] = [_scrub_change(child, chosen) for child in event.get("child_events") or []]
    return event


def _scrub_change(child: Record, chosen: Collection[str]) -> Record:
    _scrub_via(child)
    named = child.get("field_name")
    kept: Record = {}
    may_show_previous = named is None or _is_harmless(named, chosen)
    for name, value in child.items():
        if name in _FRAME or name == "via":
            kept[name] = value
        elif name == "custom_ticket_fields" and isinstance(value, dict):
            kept[name] = {key: content for key, content in value.items() if str(key) in chosen}
            may_show_previous &= len(kept[name]) == len(value)
        elif name in ("field_name", "previous_value"):
            kept[name] = value
        elif name == "value" and named is not None:
            kept[name] = value if _is_harmless(named, chosen) else None
        else:
            kept[name] = value if name in _HARMLESS else None
            may_show_previous &= name in _HARMLESS
    if "previous_value" in kept and not may_show_previous:
        kept["previous_value"] = None
    return kept


def _is_harmless(name: Any, chosen: Collection[str]) -> bool:
    return name in _HARMLESS or str(name) in chosen


def _scrub_via(record: Record) -> None:
    via = record.get("via")
    source = via.get("source") if isinstance(via, dict) else None
    for end in ("from", "to"):
        if isinstance(source, dict) and isinstance(source.get(end), dict):
            source[end] = {name: source[end][name] for name in _ORIGIN_IDS if name in source[end]}


def _scrub_external_id(record: Record) -> None:
    # An address here would become the same placeholder on every account, and look like one person.
    if "@" in str(record.get("external_id") or ""):
        record["external_id"] = None


def _keep_chosen(record: Record, field: str, settings: Settings) -> None:
    if isinstance(record.get(field), dict):
        chosen = _chosen(settings)
        record[field] = {key: value for key, value in record[field].items() if str(key) in chosen}


def _chosen(settings: Settings) -> frozenset[str]:
    return frozenset(str(name) for name in settings.get("custom_fields") or ())
