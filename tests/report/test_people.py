"""The program lead's page and the members' pages: nobody who is due is missing."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import duckdb
import pytest

from report import site
from report.names import page_name
from report.release import Release, Row
from report.sections import today

TAG = re.compile(r"<[^>]+>")


def text(page: Path) -> str:
    return " ".join(unescape(TAG.sub("", page.read_text("utf-8"))).split())


def ask(release: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_whoever_is_in_a_program_or_to_be_called_has_a_page_with_the_reason(release: Path) -> None:
    due = ask(
        release,
        """
        select member_key, display_name, sentence from program_renewals
        union all select member_key, display_name, reason from open_flares
        union all select member_key, display_name, null from program_membership where is_in_term
        """,
    )
    assert due
    staff = {key for (key,) in ask(release, "select member_key from dim_member where is_staff or is_deleted")}
    for key, name, reason in due:
        if key in staff:
            continue
        page = text(release / "report" / "members" / page_name(str(key)))
        assert " ".join(str(name).split()) in page
        assert reason is None or " ".join(str(reason).split()) in page


def test_the_first_page_lists_every_term_that_ends_and_says_when(release: Path) -> None:
    page = (release / "report" / "index.html").read_text("utf-8")
    renew = page[page.index('id="today-2"') : page.index('id="today-3"')]
    ends = ask(release, "select display_name, days_left from program_renewals order by ends_at")
    entries = [unescape(TAG.sub("", entry)) for entry in re.findall(r"<li>.*?</li>", renew, re.S)]
    assert len(entries) == len(ends) > 0
    for entry, (_, days) in zip(entries, ends, strict=True):
        assert f"ends in {days}\u202fday" in entry


def test_members_help_is_worth_what_their_months_sum_to(release: Path) -> None:
    """contribution_value_by_group against the members' own months."""
    with Release(release) as opened:
        row = opened.ask("worth/year").first
    ((value, low, high),) = ask(
        release,
        f"""
        select sum(value_usd), sum(value_low_usd), sum(value_high_usd)
        from member_contribution_monthly
        where is_complete and month > date '{row["month"]}' - interval 12 month
            and (member_key, month) not in (
                select member_key, date_trunc('month', occurred_at)
                from fct_contribution where is_staff_at_time
            )
            and member_key not in (select member_key from dim_member where role in ('evangelist', 'bot'))
        """,
    )
    assert row["value_usd"] == pytest.approx(value)
    assert (row["value_low_usd"], row["value_high_usd"]) == (pytest.approx(low), pytest.approx(high))


def test_no_link_leads_to_members_pages_that_could_not_be_made(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("community.duckdb", "release.json"):
        shutil.copy(release / part, tmp_path)

    def fail(*_: object) -> None:
        raise KeyError("member_key")

    monkeypatch.setattr(site, "member_pages", fail)
    monkeypatch.setattr(site, "SECTIONS", {"today": today.section})
    written = site.write(tmp_path)
    assert list(written.problems) == ["the members' pages of the report could not be made: 'member_key'"]
    assert 'href="members/' not in (written.folder / "index.html").read_text("utf-8")
    assert written.pages == 1


def test_the_picture_of_activity_is_as_high_as_the_months_are_busy(release: Path) -> None:
    with Release(release) as opened:
        answer = opened.ask("members/activity")
        months = [Row(answer, index) for index in range(len(answer))]
    best: dict[str, int] = {}
    for month in months:
        best[month["member_key"]] = max(best.get(month["member_key"], 0), month["authored"])
    assert {month["months_ago"] for month in months} <= set(range(25))
    for month in months:
        if best[month["member_key"]]:
            assert month["authored_ratio"] == pytest.approx(month["authored"] / best[month["member_key"]])
            assert 0 <= month["answers_ratio"] <= month["authored_ratio"] <= 1
