"""Programs, learning, activities and facts: what the seeds say is true, and known by the end."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sandbox.simulation import simulate
from sandbox.simulation.bursts_truth import arisen, outcome, peak_after
from sandbox.simulation.calendar_days import day_number, half_years, iso_day, year_later
from sandbox.simulation.options import DAY_MS, Options
from tests.sandbox.simulation.folding import lines, table

END = "2026-03-01"
DEFAULTS = Path(__file__).parents[3] / "dbt_project/seeds"

Row = dict[str, str]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community of three years, as it stands at its end."""
    directory = tmp_path_factory.mktemp("years")
    simulate(
        directory,
        seed=6,
        members=600,
        months=36,
        posts=12_000,
        requests=20,
        tickets=200,
        end=datetime.fromisoformat(END).replace(tzinfo=UTC),
        history=False,
    )
    return directory


def seed(directory: Path, name: str) -> list[Row]:
    return table(directory / f"seeds/{name}.csv")


def truth(directory: Path, name: str) -> list[Row]:
    return table(directory / f"truth/{name}.csv")


def test_each_seed_has_the_columns_of_the_projects_own(years: Path) -> None:
    written = {path.name for path in (years / "seeds").iterdir()}
    assert {"expertise_areas.csv", "program_members.csv", "certifications.csv"} < written
    for name in written:
        with (years / "seeds" / name).open() as ours, (DEFAULTS / name).open() as default:
            assert next(csv.reader(ours)) == next(csv.reader(default)), name


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("program_members", "awarded_on"),
        ("certifications", "occurred_on"),
        ("declared_activities", "occurred_on"),
        ("member_facts", None),
    ],
)
def test_seeds_name_accounts_that_exist_by_then(years: Path, name: str, since: str | None) -> None:
    born = {(r["source_name"], r["account_id"]): r["created_at"][:10] for r in truth(years, "accounts")}
    rows = seed(years, name)
    assert len(rows) > 10
    for row in rows:
        first = row[since] if since and row[since] else END
        assert born[row["source_name"], row["account_id"]] <= first


def test_seeds_know_nothing_that_happens_after_the_end(years: Path) -> None:
    known = {
        "program_members": ("nominated_on", "applied_on", "awarded_on"),
        "award_cycles": ("cut_off_on",),
        "certifications": ("occurred_on",),
        "declared_activities": ("occurred_on",),
    }
    for name, columns in known.items():
        for row in seed(years, name):
            assert all(row[column] < END for column in columns), row
    assert all(row["ends_on"] < END for row in seed(years, "program_members") if row["outcome"] == "renewed")


def test_terms_last_a_year_and_renewals_follow_on(years: Path) -> None:
    served: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in seed(years, "program_members"):
        if row["awarded_on"]:
            served[row["program"], row["account_id"]].append(row)
        else:
            assert row["nominated_on"] and not row["ends_on"]
            assert row["outcome"] in ("", "declined", "withdrawn")
    for terms in served.values():
        for before, after in pairwise(terms):
            assert before["outcome"] == "renewed"
            assert after["awarded_on"] == str(date.fromisoformat(before["ends_on"]) + timedelta(days=1))
        assert terms[-1]["outcome"] != "renewed"
        first = terms[0]
        assert first["nominated_on"] <= (first["applied_on"] or first["awarded_on"]) <= first["awarded_on"]
        for term in terms:
            length = date.fromisoformat(term["ends_on"]) - date.fromisoformat(term["awarded_on"])
            assert length.days in (364, 365) or term["outcome"] == "hired"
    outcomes = Counter((row["program"], row["outcome"]) for terms in served.values() for row in terms)
    for outcome_ in ("renewed", "lapsed", "emeritus", "hired", ""):
        assert outcomes["experts", outcome_], outcome_
    assert outcomes["students", "lapsed"]


def test_some_renewals_are_due_in_the_next_ninety_days(years: Path) -> None:
    soon = str(date.fromisoformat(END) + timedelta(days=90))
    assert [row for row in seed(years, "program_members") if END <= row["ends_on"] < soon]


def test_members_of_the_forums_group_of_experts_serve_from_the_day_they_joined_it(years: Path) -> None:
    people = {row["member_id"]: row for row in truth(years, "members")}
    firsts = {row["member_id"]: row for row in truth(years, "terms") if row["term_number"] == "1"}
    joined = {
        number: row["program_joined_at"][:10]
        for number, row in people.items()
        if row["program_joined_at"] and row["program_joined_at"][:10] < END and not row["hired_at"]
    }
    assert joined
    for number, day in joined.items():
        assert firsts[number]["awarded_on"] == day
        assert firsts[number]["area"] == people[number]["area"]
    for number, term in firsts.items():
        assert people[number]["role"] not in ("staff", "bot", "lurker", "outsider")
        if people[number]["hired_at"] and people[number]["hired_at"][:10] < END:
            assert term["outcome"] == "hired"
            assert term["ends_on"] < people[number]["hired_at"][:10]


def test_one_half_yearly_shortlist_is_published(years: Path) -> None:
    cycles = seed(years, "award_cycles")
    assert [row["cut_off_on"] for row in cycles] == ["2024-07-01", "2025-01-01", "2025-07-01", "2026-01-01"]
    # The last one with a year behind it.
    assert [row["cut_off_on"] for row in cycles if row["is_shortlist_published"] == "true"] == ["2025-01-01"]


def test_about_forty_one_percent_of_active_learners_are_certified(years: Path) -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for row in truth(years, "certifications"):
        reached[row["event"]].add(row["member_id"])
    certified, active = reached["certified"], reached["completed"] | reached["certified"]
    assert len(active) > 60
    assert 0.38 < len(certified) / len(active) < 0.44
    assert 0.45 < len(certified) / len(reached["exam_eligible"] | certified) < 0.55
    assert reached["enrolled"] - reached["completed"]


def test_steps_of_a_course_follow_each_other(years: Path) -> None:
    order = ("enrolled", "module_completed", "completed", "exam_eligible", "certified")
    steps: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in truth(years, "certifications"):
        steps[row["member_id"], row["course"]].append(row)
    for rows in steps.values():
        days: dict[str, str] = {}
        for row in rows:
            days[row["event"]] = max(days.get(row["event"], ""), row["occurred_on"])
        reached = [days[event] for event in order if event in days]
        assert reached == sorted(reached), rows
        assert len({row["account_id"] for row in rows}) == 1


def test_certificates_of_the_forum_are_its_badges(years: Path) -> None:
    courses = {row["badge_name"]: row["course"] for row in seed(years, "certification_badges")}
    names = {badge["id"]: badge["name"] for badge in lines(years, "discourse/badges")}
    shown = {
        (str(grant["user_id"]), courses[names[grant["badge_id"]]], grant["granted_at"][:10])
        for grant in lines(years, "discourse/user_badges")
        if names[grant["badge_id"]] in courses
    }
    account = {row["member_id"]: row["forum_account_id"] for row in truth(years, "members")}
    assert shown == {
        (account[row["member_id"]], row["course"], row["occurred_on"])
        for row in truth(years, "certifications")
        if row["has_badge"] == "true"
    }
    declared = {
        (row["source_name"], row["account_id"], row["course"], row["event"], row["occurred_on"])
        for row in seed(years, "certifications")
    }
    both = [row for row in truth(years, "certifications") if row["has_badge"] == row["is_declared"] == "true"]
    assert both
    for row in both:
        assert (
            row["source_name"],
            row["account_id"],
            row["course"],
            row["event"],
            row["occurred_on"],
        ) in declared


def test_activities_count_in_the_months_of_their_authors(years: Path) -> None:
    expected: Counter[tuple[str, str, str]] = Counter()
    for row in truth(years, "activities"):
        kind = "articles" if row["kind"] == "article" else "activities"
        expected[row["member_id"], row["occurred_on"][:7], kind] += 1
        assert (row["rating"] == "") == (row["rating_count"] == "0")
        assert row["rating"] == "" or 1 <= float(row["rating"]) <= 5
    found: Counter[tuple[str, str, str]] = Counter()
    for row in table(years / "truth/member_months.csv.gz"):
        for kind in ("articles", "activities"):
            found[row["member_id"], row["month"], kind] += int(row[kind])
    assert expected == +found
    assert {row["activity_id"] for row in seed(years, "declared_activities")} == {
        row["activity_id"] for row in truth(years, "activities")
    }


def test_facts_are_true_and_many_stay_unknown(years: Path) -> None:
    people = {row["member_id"]: row for row in truth(years, "members")}
    owner = {(r["source_name"], r["account_id"]): people[r["member_id"]] for r in truth(years, "accounts")}
    facts = seed(years, "member_facts")
    assert len(facts) < 0.4 * len(people)
    for fact in facts:
        person = owner[fact["source_name"], fact["account_id"]]
        for column in ("segment", "persona", "region", "organization"):
            assert fact[column] in ("", person[column])
        assert fact["segment"] != "unknown"
    companies = {row["organization_id"]: row for row in truth(years, "organizations")}
    assert companies.keys() >= {str(one["id"]) for one in lines(years, "zendesk/organizations")}
    for fact in seed(years, "organization_facts"):
        company = companies[fact["organization_id"]]
        assert fact["segment"] == company["segment"]
        assert fact["monthly_revenue_usd"] in ("", company["monthly_revenue_usd"])


def test_areas_are_found_in_all_sources_some_by_tag_alone(years: Path) -> None:
    rows = seed(years, "expertise_areas")
    areas = {row["area"] for row in truth(years, "spaces") if row["area"]}
    tops = {row["area"]: row["category_id"] for row in truth(years, "spaces") if not row["parent_id"]}
    for row in rows:
        if row["match_kind"] == "space":
            assert tops[row["expertise_area"]] == row["match_value"]
    assert areas == {row["expertise_area"] for row in rows if row["match_kind"] == "space"}
    assert {row["source_name"] for row in rows} == {"forum", "ideas", "desk"}
    board = {str(one["id"]) for one in lines(years, "uservoice/categories")}
    assert {row["match_value"] for row in rows if row["match_kind"] == "category"} <= board
    ticket_tags = {tag for one in lines(years, "zendesk/tickets") for tag in one["tags"]}
    assert {r["match_value"] for r in rows if r["source_name"] == "desk"} <= ticket_tags
    tags = {tag["name"] for tag in lines(years, "discourse/tags")}
    by_tag = {row["expertise_area"]: row["match_value"] for row in rows if row["source_name"] == "forum"}
    assert {by_tag[area] for area in by_tag.keys() - areas} <= tags
    assert by_tag.keys() - areas


def test_terms_and_cycles_keep_to_the_calendar() -> None:
    assert iso_day(year_later(day_number(date(2024, 2, 29)))) == "2025-03-01"
    assert iso_day(year_later(day_number(date(2023, 3, 1)))) == "2024-03-01"
    assert iso_day(0) == "1970-01-01" and iso_day(None) == ""
    options = Options(months=18, end=datetime(2026, 7, 1, tzinfo=UTC))
    # From 2025-01-01 on: a year later is 2026-01-01; 2026-07-01 has not begun before the end.
    assert [iso_day(day) for day in half_years(options)] == ["2026-01-01"]
    assert half_years(Options(months=6, end=datetime(2026, 7, 1, tzinfo=UTC))) == []


def at_days(*days: float) -> np.ndarray:
    return (np.sort(np.array(days)) * DAY_MS).astype(np.int64)


def test_a_burst_is_much_help_on_many_days_from_someone_hardly_there() -> None:
    crowd = [100 + day / 2 for day in range(60)]
    assert arisen(at_days(*crowd)) == 100 * DAY_MS
    # Twenty replies on a single day are none, nor is a level that was there before.
    assert arisen(at_days(*(100 + hour / 24 for hour in range(24)))) is None
    assert arisen(at_days(*range(0, 400, 2), *range(100, 120))) is None
    rarely = [30 * month for month in range(8)]
    assert arisen(at_days(*rarely, *range(240, 270))) == 240 * DAY_MS


def test_an_arisen_burst_is_a_supernova_once_it_was_silent_for_three_months() -> None:
    crowd = [100 + day / 2 for day in range(60)]
    horizon = 700 * DAY_MS
    onset = 100 * DAY_MS
    assert peak_after(at_days(*crowd), onset) == 60
    assert outcome(at_days(*crowd), onset, horizon) == "supernova"
    assert outcome(at_days(*crowd, *range(130, 700, 4)), onset, horizon) == "lasting"
    assert outcome(at_days(*crowd), onset, 200 * DAY_MS) == "open"
    # Six a month are a tenth of sixty.
    assert outcome(at_days(*crowd, *range(130, 700, 5)), onset, horizon) == "supernova"


def test_the_truth_tells_planned_bursts_from_those_that_arose(years: Path) -> None:
    people = {row["member_id"]: row for row in truth(years, "members")}
    rows = truth(years, "bursts")
    assert {row["origin"] for row in rows} <= {"planned", "arisen"}
    assert len({row["member_id"] for row in rows}) == len(rows)
    for row in rows:
        person = people[row["member_id"]]
        assert row["onset_at"] < END
        assert (row["origin"] == "planned") == (person["burst_onset_at"] != "")
        if row["origin"] == "planned":
            assert row["outcome"] == person["burst_outcome"]
            assert row["strength"] == person["burst_strength"]
        assert person["role"] not in ("staff", "bot")


def test_effects_of_awards_and_certificates_are_declared_to_be_none(years: Path) -> None:
    assert {row["value"] for row in truth(years, "effects")} == {"0"}
