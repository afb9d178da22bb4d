from __future__ import annotations

import json
import re
import socket
from html.parser import HTMLParser

import duckdb
import pytest

from expectations.__main__ import main
from expectations.gate import check
from expectations.suites import SUITES
from extractors.errors import LodestarError
from tests.expectations.candidate import build, released

SUPPORT = (
    "fct_ticket",
    "fct_ticket_status",
    "support_daily",
    "support_times_monthly",
    "self_service_monthly",
    "missed_deflection",
    "fct_bug_report",
    "bug_report_summary",
    "bug_reporter_yield",
)
STAGES = tuple(name for name, suite in SUITES.items() if suite.__module__ == "expectations.suites.stages")
VOICES = ("feature_request_demand", "votes_delivered", "feedback_voice_monthly", "feedback_voice")
BOARD = ("fct_feature_request", "fct_feature_request_status", "feedback_funnel", *VOICES, *STAGES)
KINDS = {
    "presence",
    "volume",
    "freshness",
    "completeness",
    "range",
    "distribution",
    "uniqueness",
    "reconciliation",
}


def test_a_good_candidate_passes_with_every_kind_of_check(candidate_folder, last_release):
    answer = check(build(candidate_folder), last_release)
    assert answer.passed
    assert [result["message"] for result in answer.results if not result["success"]] == []
    assert {result["kind"] for result in answer.results} == KINDS
    assert {result["mart"] for result in answer.results} == set(SUITES)


def test_the_first_release_is_compared_with_nothing_and_says_so(candidate_folder):
    answer = check(build(candidate_folder), previous=None)
    assert answer.passed
    volumes = [result for result in answer.results if result["kind"] == "volume"]
    assert {result["expected"] for result in volumes} == {"any number: no earlier release has this mart"}
    [tickets] = [result["observed"] for result in volumes if result["mart"] == "fct_ticket"]
    assert tickets == "120 rows"


def test_a_community_with_a_forum_alone_passes(candidate_folder):
    answer = check(
        build(
            candidate_folder,
            *(f"delete from {mart}" for mart in (*BOARD, *SUPPORT)),
            "delete from reconciliation_totals where source_name <> 'forum'",
            "delete from source_freshness where source_name <> 'forum'",
            "delete from fct_contribution where kind = 'feature_request'",
            "delete from space_activity_monthly where space_key = 's2'",
            "update member_contribution_monthly set feature_requests = 0",
            "update dim_member set first_contribution_at = '2026-03-01 10:00:00Z'",
        ),
        previous=None,
    )
    assert [result["message"] for result in answer.failed + answer.warned] == []


@pytest.mark.parametrize("mart", ["fct_ticket", "reconciliation_totals"])
def test_a_mart_that_should_be_there_stops_the_release(mart, candidate_folder, last_release):
    answer = check(build(candidate_folder, f"drop table {mart}"), last_release)
    [absent] = [result for result in answer.failed if result["expectation"] == "mart_exists"]
    assert (absent["mart"], absent["observed"]) == (mart, "no such table")


def test_a_mart_without_a_suite_is_a_warning(candidate_folder, last_release):
    answer = check(build(candidate_folder, "create table member_horoscope (i integer)"), last_release)
    assert answer.passed
    assert [result["mart"] for result in answer.warned] == ["member_horoscope"]


def test_a_check_that_cannot_be_made_stops_the_release_even_if_it_was_a_warning(
    candidate_folder, last_release
):
    answer = check(
        build(candidate_folder, "alter table dim_space drop column parent_space_key"), last_release
    )
    [broken] = answer.failed
    assert broken["question"] == "Every space that lies in another one lies in a known one"
    assert "could not be checked" in broken["observed"]
    assert "parent_space_key" in broken["observed"]


def test_values_with_quotes_and_braces_are_compared_like_others(candidate_folder, tmp_path):
    odd = "update fct_ticket set status = 'it''s {odd}' where status = 'open'"
    last = released(build(tmp_path / "releases" / "20260309T030000Z", odd))
    answer = check(build(candidate_folder, "update fct_ticket set status = 'solved'"), last)
    [moved] = [result for result in answer.warned if result["kind"] == "distribution"]
    assert "status it's {odd}, percent_before 50.0, percent_now 0.0" in moved["observed"]


def test_nothing_is_left_behind_but_the_gate_folder(candidate_folder, last_release, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    candidate = build(candidate_folder)
    before = (candidate / "community.duckdb").read_bytes()
    check(candidate, last_release)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    inside = str(candidate.relative_to(tmp_path))
    assert files == {f"{inside}/community.duckdb", f"{inside}/gate/index.html", f"{inside}/gate/results.json"}
    assert (candidate / "community.duckdb").read_bytes() == before
    # The database is released: publish writes to it in the same process.
    duckdb.connect(str(candidate / "community.duckdb")).close()


def test_the_network_is_never_touched(candidate_folder, last_release, monkeypatch):
    def refuse(*_):
        raise AssertionError("the gate opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert check(build(candidate_folder), last_release).passed


def test_results_json_holds_what_publish_reads(candidate_folder, last_release):
    answer = check(build(candidate_folder, "drop table fct_ticket"), last_release)
    written = json.loads((candidate_folder / "gate" / "results.json").read_text("utf-8"))
    assert written["passed"] is False
    assert written["compared_with"] == "20260309T030000Z"
    assert len(written["results"]) == len(answer.results)
    fields = {"mart", "expectation", "column", "severity", "success", "observed", "expected", "message"}
    assert all(fields <= set(result) for result in written["results"])


def test_a_check_keeps_its_name_from_release_to_release(candidate_folder):
    names = [
        (result["mart"], result["expectation"]) for result in check(build(candidate_folder), None).results
    ]
    assert len(set(names)) == len(names)
    assert ("fct_contribution", "every_contribution_is_of_a_known_kind") in names
    assert ("source_freshness", "source_desk_is_fresh") in names


def test_a_folder_without_a_database_is_told_in_one_line(tmp_path):
    with pytest.raises(LodestarError, match=r"holds no community\.duckdb"):
        check(tmp_path, None)


def test_a_file_that_is_no_database_is_told_in_one_line(candidate_folder):
    candidate_folder.mkdir(parents=True)
    (candidate_folder / "community.duckdb").write_text("no database " * 1000)
    with pytest.raises(LodestarError, match=r"community\.duckdb cannot be read"):
        check(candidate_folder, None)


class Page(HTMLParser):
    """Counts what a reader and a screen reader meet."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.tags)


def test_the_page_stands_alone_and_has_a_row_for_each_check(candidate_folder, last_release):
    answer = check(build(candidate_folder, "drop table fct_ticket"), last_release)
    html = (candidate_folder / "gate" / "index.html").read_text("utf-8")
    page = Page(html)
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""", html)
    assert page.count("script") == page.count("img") == 0
    assert page.count("table") == page.count("caption") == len(SUITES)
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")
    assert sum(attributes.get("scope") == "row" for _, attributes in page.tags) == len(answer.results)
    assert "Refused: this release is not published." in html
    anchors = {attributes.get("id") for _, attributes in page.tags}
    links = {
        str(a["href"]).removeprefix("#") for tag, a in page.tags if tag == "a" and str(a["href"])[0] == "#"
    }
    assert links <= anchors


def test_names_from_the_data_are_escaped_on_the_page(candidate_folder, last_release):
    check(
        build(candidate_folder, "update fct_ticket set status = '<script>' where ticket_key = 't2'"),
        last_release,
    )
    html = (candidate_folder / "gate" / "index.html").read_text("utf-8")
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_the_command_compares_with_current_and_refuses_with_status_1(tmp_path, capsys):
    released(build(tmp_path / "releases" / "20260309T030000Z"))
    (tmp_path / "current").symlink_to("releases/20260309T030000Z")
    candidate = build(
        tmp_path / "candidates" / "20260310T030000Z",
        *(f"delete from {mart}" for mart in SUPPORT),
        "delete from reconciliation_totals where measure = 'tickets'",
    )
    assert main([str(candidate)]) == 1
    assert "refused" in capsys.readouterr().out
    assert main([str(candidate), "--accept-drop"]) == 0
    assert "passed" in capsys.readouterr().out


def test_the_command_tells_an_unreadable_candidate_in_one_line(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
