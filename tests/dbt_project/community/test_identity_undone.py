"""A merge of two people changes the marts, and splitting them again gives the marts of before, row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.dbt import MODELS_ONLY, build
from tests.dbt_project.community.conftest import Community

TWO_BUSY_PEOPLE = """
    select answerers.member_key, openers.member_key
    from intermediate.int_posts__classified as posts
    inner join marts.dim_member as answerers on posts.member_key = answerers.member_key
    inner join marts.dim_member as openers on posts.opener_member_key = openers.member_key
    where posts.is_answer and answerers.account_count > 1 and openers.account_count > 1
        and not answerers.is_staff and not openers.is_staff
    group by all
    order by count(*) desc, answerers.member_key, openers.member_key
    limit 1
"""
"""Each with several accounts, and one helped the other."""


EVERYTHING = ("member_links+",)
CORE = tuple(
    f"member_links+,+{mart}" for mart in ("dim_member", "dim_member_account", "member_contribution_monthly")
)


def rebuild(
    community: Community, database: Path, links: list[tuple[str, ...]], selected: tuple[str, ...]
) -> None:
    """Rebuild what is selected with these rows more in `member_links`."""
    build(
        database,
        *MODELS_ONLY,
        *("--select", *selected),
        as_of=community.as_of,
        known_until=community.known_until,
        seeds=community.folder / "seeds",
        links=links,
    )


def changed(community: Community, database: Path) -> dict[str, int]:
    """By mart, the rows that only one of the two databases has."""
    found = {}
    built = community.connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    assert built
    with duckdb.connect() as connection:
        for name, path in (("old", built[0]), ("new", database)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for (mart,) in connection.execute(
            # Filled after dbt, from the other marts.
            "select table_name from duckdb_tables() where database_name = 'old' and schema_name = 'marts' "
            "and table_name <> 'metric_values'"
        ).fetchall():
            columns = connection.execute(
                "select column_name, data_type from duckdb_columns() "
                "where database_name = 'old' and schema_name = 'marts' and table_name = ? order by 1",
                [mart],
            ).fetchall()
            # Sums of fractions differ in their last digits by the order of adding up.
            shown = ", ".join(f"round({name}, 9)" if kind == "DOUBLE" else name for name, kind in columns)
            old, new = (f"select {shown} from {side}.marts.{mart}" for side in ("old", "new"))
            (rows,) = connection.execute(
                f"select count(*) from (({old} except all {new}) union all ({new} except all {old}))"
            ).fetchone() or (0,)
            if rows:
                found[mart] = rows
    return found


def test_splitting_again_restores_every_mart_row_by_row(community: Community, copied: Path) -> None:
    row = community.connection.execute(TWO_BUSY_PEOPLE).fetchone()
    assert row
    one, other = (member.split(":") for member in row)
    merge = ("merge", *one, *other, "said so")
    rebuild(community, copied, [merge], CORE)
    moved = changed(community, copied)
    assert {"dim_member", "dim_member_account", "member_contribution_monthly"} <= set(moved)
    rebuild(community, copied, [merge, ("split", *other, *one, "did not")], EVERYTHING)
    assert changed(community, copied) == {}
