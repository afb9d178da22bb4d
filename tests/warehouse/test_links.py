"""What a row of `member_links` would change: who is one person by the rules, and what the command says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import __main__ as commands
from warehouse.links import Key, Link, LinkError, people, preview

ACCOUNTS = ["desk:5", "forum:1", "forum:2", "ideas:7"]
SHARED = [
    Key("forum:1", "e-mail", "k1:aa"),
    Key("desk:5", "e-mail", "k1:aa"),
    Key("desk:5", "external id", "x-1"),
    Key("ideas:7", "external id", "x-1"),
]


def groups(keys: list[Key], *links: Link) -> list[set[str]]:
    """The accounts of each person, first account first."""
    persons = people(ACCOUNTS, keys, links)
    return [
        {each for each in ACCOUNTS if persons[each] == person} for person in dict.fromkeys(persons.values())
    ]


def test_keys_join_over_any_number_of_steps_and_a_person_is_named_by_the_first_account() -> None:
    assert people(ACCOUNTS, SHARED, []) == {
        "desk:5": "desk:5",
        "forum:1": "desk:5",
        "forum:2": "forum:2",
        "ideas:7": "desk:5",
    }


def test_a_split_takes_the_shared_keys_from_the_second_account() -> None:
    split = Link("split", "forum:1", "desk:5")
    assert groups(SHARED, split) == [{"desk:5", "ideas:7"}, {"forum:1"}, {"forum:2"}]


def test_a_split_of_accounts_that_others_join_takes_all_keys_of_the_second() -> None:
    split = Link("split", "forum:1", "ideas:7")
    assert groups(SHARED, split) == [{"desk:5", "forum:1"}, {"forum:2"}, {"ideas:7"}]


def test_a_split_of_accounts_that_nothing_joins_changes_nothing() -> None:
    assert groups(SHARED, Link("split", "forum:2", "ideas:7")) == groups(SHARED)


@pytest.mark.parametrize("split", [("forum:2", "ideas:7"), ("ideas:7", "forum:2")])
def test_a_split_takes_back_a_merge_of_the_same_accounts(split: tuple[str, str]) -> None:
    merge = Link("merge", "forum:2", "ideas:7")
    assert groups(SHARED, merge) == [set(ACCOUNTS)]
    assert groups(SHARED, merge, Link("split", *split)) == groups(SHARED)


def test_links_of_unknown_accounts_are_left_alone() -> None:
    assert groups(
        SHARED, Link("merge", "forum:404", "ideas:7"), Link("split", "forum:404", "desk:5")
    ) == groups(SHARED)


@pytest.fixture
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database as dbt leaves it: ann (forum:1) answered bob (forum:2) and both helped cem (forum:3)."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate;
            create schema seeds;
            create table intermediate.int_accounts__unioned as
            select 'forum:' || id as account_key, 'forum' as source_name, id as account_id,
                name as display_name, name as username
            from (values ('1', 'ann'), ('2', 'bob'), ('3', 'cem')) as people (id, name);
            create table intermediate.int_account_keys__verified
            (account_key varchar, key_kind varchar, key_value varchar);
            create table seeds.member_links (
                action varchar, source_name_a varchar, account_id_a varchar,
                source_name_b varchar, account_id_b varchar
            );
            create table intermediate.int_staff_periods__unioned (account_key varchar);
            create table intermediate.int_account_activity__monthly
            (account_key varchar, month date, authored bigint, first_contribution_at timestamptz);
            create table intermediate.int_account_replies__paired (
                account_key varchar, opener_account_key varchar, replies bigint, answers bigint,
                accepted_answers bigint, likes_received bigint, helpful_likes bigint, has_helped boolean
            );
            """
        )
        march, april = date(2024, 3, 1), date(2024, 4, 1)
        connection.executemany(
            "insert into intermediate.int_account_activity__monthly values (?, ?, ?, ?)",
            [
                ("forum:1", march, 3, datetime(2024, 3, 5, tzinfo=UTC)),
                ("forum:1", april, 1, datetime(2024, 4, 5, tzinfo=UTC)),
                ("forum:2", march, 2, datetime(2024, 3, 2, tzinfo=UTC)),
            ],
        )
        connection.executemany(
            "insert into intermediate.int_account_replies__paired values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                ("forum:1", "forum:2", 2, 2, 1, 4, 3, True),
                ("forum:1", "forum:3", 1, 1, 0, 1, 1, True),
                ("forum:2", "forum:3", 1, 1, 1, 0, 0, True),
                ("forum:2", "forum:2", 1, 1, 0, 2, 2, False),
            ],
        )
        yield connection


def test_a_merge_turns_answers_to_each_other_into_replies_in_own_topics(
    built: duckdb.DuckDBPyConnection,
) -> None:
    shown = preview(built, Link("merge", "forum:1", "forum:2"))
    ann, bob = shown.before
    (both,) = shown.after
    assert (ann.figures.answers, ann.figures.accepted_answers, ann.figures.people_helped) == (3, 1, 2)
    assert ann.figures.ticket_equivalents == pytest.approx(7 / 3)
    assert (bob.figures.answers, bob.figures.own_topic_replies, bob.figures.people_helped) == (1, 1, 1)
    assert (both.figures.contributions, both.figures.active_months) == (6, 2)
    assert both.figures.first_contribution == "2024-03-02"
    assert (both.figures.answers, both.figures.accepted_answers, both.figures.own_topic_replies) == (2, 1, 3)
    assert (both.figures.likes_received, both.figures.people_helped) == (7, 1)
    assert both.figures.ticket_equivalents == pytest.approx(4 / 3)
    assert "merge,forum,1,forum,2," in str(shown)


def test_a_preview_of_a_row_without_effect_says_so(built: duckdb.DuckDBPyConnection) -> None:
    (note,) = preview(built, Link("split", "forum:1", "forum:2")).notes
    assert note.startswith("They are two people already")


@pytest.mark.parametrize(("first", "second"), [("forum:1", "forum:404"), ("forum:1", "forum:1")])
def test_a_preview_needs_two_accounts_that_exist(
    built: duckdb.DuckDBPyConnection, first: str, second: str
) -> None:
    with pytest.raises(LinkError):
        preview(built, Link("merge", first, second))


def test_without_a_build_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data-dir", str(tmp_path), "preview-link", "merge", "forum", "1", "ideas", "2"]
    assert commands.main(arguments) == 1
    assert capsys.readouterr().err == (
        "error: the working database holds no people yet. Build first: python -m warehouse build\n"
    )
    assert not list(tmp_path.rglob("*.duckdb"))
