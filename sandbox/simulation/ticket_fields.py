"""The fields of the desk's tickets."""

from __future__ import annotations

from sandbox.simulation import desk as d
from sandbox.simulation.desk_ids import API
from sandbox.simulation.writer import Record

PRODUCT, VERSION, EXPECTATION, OUTCOME, TOPIC_URL, MINUTES, REPEATABLE, NODES, DUE = range(364_001, 364_010)

CUSTOM = (
    # id, type, title, options
    (PRODUCT, "tagger", "Product", None),
    (VERSION, "text", "Version", None),
    (EXPECTATION, "tagger", "What do you expect of us?", d.EXPECTATIONS),
    (OUTCOME, "tagger", "Outcome", tuple(dict.fromkeys(o for each in d.OUTCOMES.values() for o in each))),
    (TOPIC_URL, "text", "Forum topic", None),
    (MINUTES, "integer", "Minutes spent", None),
    (REPEATABLE, "checkbox", "Repeatable", None),
    (NODES, "multiselect", "Nodes", ("node_a", "node_b", "node_c")),
    (DUE, "date", "Maintenance day", None),
)

SYSTEM_FIELDS = ("subject", "description", "status", "tickettype", "priority", "group", "assignee")


def choice(number: int, name: str) -> str:
    """How a choice of a field is tagged."""
    return {PRODUCT: "product_", EXPECTATION: "expect_", OUTCOME: "outcome_"}.get(number, "") + name


def field(number: int, kind: str, title: str, when: str, *, removable: bool) -> Record:
    """A field's record."""
    return {
        "url": f"{API}/ticket_fields/{number}.json",
        "id": number,
        "type": kind,
        "title": title,
        "raw_title": title,
        "description": title,
        "raw_description": title,
        "position": 0,
        "active": True,
        "required": False,
        "collapsed_for_agents": False,
        "regexp_for_validation": None,
        "title_in_portal": title,
        "raw_title_in_portal": title,
        "visible_in_portal": True,
        "editable_in_portal": True,
        "required_in_portal": False,
        "tag": None,
        "created_at": when,
        "updated_at": when,
        "removable": removable,
        "key": None,
        "agent_description": None,
    }
