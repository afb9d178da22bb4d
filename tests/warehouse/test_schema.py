"""Reading the declarations."""

from __future__ import annotations

import pytest

from extractors.errors import ConfigError
from tests.warehouse.world import SOURCES_YAML, World
from warehouse.schema import Column, Marks, read_schema


def test_the_dbt_sources_are_the_schema(world: World) -> None:
    table = world.schema.tables["board", "ideas"]
    assert (table.name, table.key, table.deleted_when) == ("board__ideas", ("id",), "state = 'removed'")
    assert table.not_loaded == {"html"}
    assert table.tracked == (
        Column("state", "varchar", "state"),
        Column("votes", "integer", "coalesce(votes, 0)"),
    )
    assert world.schema.tables["board", "gone"].marks_deleted == Marks("board__ideas", "gone_at")
    assert [marking.name for marking in world.schema.marking(table)] == ["board__gone"]


def test_the_project_s_own_declarations_are_valid() -> None:
    tables = read_schema().tables
    assert {vendor for vendor, _ in tables} >= {"discourse", "uservoice", "zendesk"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "data_type: json",
            "data_type: jsonb",
            "column extra: data_type is jsonb; it must be one of varchar",
        ),
        ("{name: score, data_type: double}", "{name: score}", "column score: data_type is missing"),
        ("key: [id]", "key: [ident]", "key column ident is not declared"),
        ("{name: id, data_type: bigint}", "{name: id, data_type: json}", "key column id is json"),
        ("stream: ideas", "stream: idea", "vendor and stream name the table board__idea"),
        ("name: due", "name: open", "open declared twice"),
        ("not_loaded: [html]", "notloaded: [html]", "unknown notloaded"),
        ("at: gone_at", "at: gone_on", "marks_deleted needs the column gone_on"),
        ("table: board__ideas", "table: board__idea", "marks_deleted names board__idea"),
        ("  - name: raw", "  - name: [", "is no valid YAML"),
    ],
)
def test_a_mistake_in_a_declaration_names_its_place(
    world: World, before: str, after: str, message: str
) -> None:
    world.declare(SOURCES_YAML.replace(before, after))
    with pytest.raises(ConfigError, match=r"_board__sources\.yml|marks_deleted") as raised:
        _ = world.schema
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
