"""The truth files say what the wire records show, counted by other means."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from tests.sandbox.simulation.folding import NOW, Record, records, table


def counted_posts(community: Path) -> tuple[list[Record], dict[int, int]]:
    """Posts that count by the rules of metrics, and each topic's author."""
    posts = [post for post in records(community, "discourse/posts") if post["post_type"] == 1]
    authors = {topic["id"]: topic["user_id"] for topic in records(community, "discourse/topics")}
    return [
        post for post in posts if post["user_id"] > 0 and not post["user_deleted"] and not post["hidden"]
    ], authors


def test_months_hold_what_the_posts_show(community: Path) -> None:
    person = {
        row["forum_account_id"]: row["member_id"]
        for row in table(community / "truth/members.csv")
        if row["forum_account_id"]
    }
    posts, authors = counted_posts(community)
    expected: Counter[tuple[str, str, str]] = Counter()
    for post in posts:
        key = person[str(post["user_id"])], post["created_at"][:7]
        own = authors[post["topic_id"]] == post["user_id"]
        kind = "topics" if post["post_number"] == 1 else "own_replies" if own else "answers"
        expected[*key, kind] += 1
        expected[*key, "likes_received"] += sum(action["count"] for action in post["actions_summary"])
        if post["accepted_answer"] and not own:
            expected[*key, "credited_accepts"] += 1
    found: Counter[tuple[str, str, str]] = Counter()
    for row in table(community / "truth/member_months.csv.gz"):
        for kind in ("topics", "answers", "own_replies", "likes_received", "credited_accepts"):
            found[row["member_id"], row["month"], kind] += int(row[kind])
    assert +expected == +found


def test_totals_are_those_of_the_streams(community: Path) -> None:
    totals = {row["measure"]: int(row["value"]) for row in table(community / "truth/totals.csv")}
    posts, _ = counted_posts(community)
    assert totals["posts_counted"] == len(posts)
    assert totals["accepted_counted_posts"] == sum(post["accepted_answer"] for post in posts)
    assert totals["votes_standing"] == len(records(community, "uservoice/supporters"))
    assert totals["ticket_updates"] == len(records(community, "zendesk/ticket_events"))
    assert totals["posts_written"] == 3_000


def test_requests_reach_the_stages_their_updates_show(community: Path) -> None:
    statuses = {one["id"]: one["name"] for one in records(community, "uservoice/statuses")}
    truth = {int(row["suggestion_id"]): row for row in table(community / "truth/requests.csv")}
    suggestions = {one["id"]: one for one in records(community, "uservoice/suggestions")}
    assert {n for n, row in truth.items() if row["left_as"] != "deleted"} == set(suggestions)
    reached: dict[tuple[int, str], str] = {}
    for update in sorted(records(community, "uservoice/status_updates"), key=lambda one: one["created_at"]):
        name = statuses.get(update["links"]["new_status"], "")
        reached.setdefault((update["links"]["suggestion"], name), update["created_at"])
    for number, suggestion in suggestions.items():
        row = truth[number]
        assert row["vendor_status"] == statuses.get(suggestion["links"]["status"], "")
        for stage in ("planned", "started", "completed", "declined"):
            assert row[f"{stage}_at"][:19] == reached.get((number, stage), "")[:19]
        assert row["merged_into_id"] == str(suggestion["links"]["parent_suggestion"] or "")
        assert int(row["votes"]) == suggestion["supporters_count"]
        if row["is_undated"] == "true":
            assert suggestion["links"]["status"] and suggestion["links"]["last_status_update"] is None
    completed = sum(row["vendor_status"] == "completed" for row in truth.values())
    assert 0.3 < completed / len(truth) < 0.7


def test_tickets_have_the_history_their_metric_sets_show(community: Path) -> None:
    tickets = {one["id"]: one for one in records(community, "zendesk/tickets")}
    truth = {int(row["ticket_id"]): row for row in table(community / "truth/tickets.csv")}
    assert set(truth) == set(tickets)
    for number, ticket in tickets.items():
        row, metrics = truth[number], ticket["metric_set"]
        assert row["status"] == ticket["status"]
        assert int(row["reopen_count"]) == metrics["reopens"]
        assert int(row["public_replies"]) == metrics["replies"]
        assert row["solved_at"][:19] == (metrics["solved_at"] or "")[:19]
        assert (row["first_reply_at"] == "") == (metrics["reply_time_in_minutes"]["calendar"] is None)
        assert (row["merged_into_id"] != "") == ("closed_by_merge" in ticket["tags"])
        assert (row["kind"] == "bug_report") == ("forum_bug_report" in ticket["tags"])


def test_accounts_are_mergeable_just_when_the_records_prove_it(community: Path) -> None:
    shown: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for user in records(community, "discourse/users", "2026-04-30T00:00:00.000Z"):
        sign_on = user["single_sign_on_record"]
        mail = user["email"] if user["active"] else None
        shown["forum", str(user["id"])] = mail, sign_on["external_id"] if sign_on else None
    for user in records(community, "uservoice/users", "2026-04-30T00:00:00.000Z"):
        mail = user["email_address"] if user["email_confirmed"] else None
        shown["ideas", str(user["id"])] = mail, user["guid"]
    for user in records(community, "zendesk/users", "2026-04-30T00:00:00.000Z"):
        shown["desk", str(user["id"])] = user["email"] if user["verified"] else None, user["external_id"]
    marks: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for account, (mail, external) in shown.items():
        if mail:
            marks["mail", mail.strip().lower()].append(account)
        if external:
            marks["external", external].append(account)
    group = {account: account for account in shown}

    def root(account: tuple[str, str]) -> tuple[str, str]:
        while group[account] != account:
            account = group[account]
        return account

    links = table(community / "seeds/member_links.csv")
    apart = {
        frozenset(((r["source_name_a"], r["account_id_a"]), (r["source_name_b"], r["account_id_b"])))
        for r in links
        if r["action"] == "split"
    }
    edges = [(a[0], b) for a in marks.values() for b in a[1:] if frozenset((a[0], b)) not in apart]
    edges += [
        ((r["source_name_a"], r["account_id_a"]), (r["source_name_b"], r["account_id_b"]))
        for r in links
        if r["action"] == "merge"
    ]
    for a, b in edges:
        group[root(a)] = root(b)
    together: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for account in shown:
        together[root(account)].add(account)
    found = {frozenset((a, b)) for same in together.values() for a in same for b in same if a < b}
    expected = {
        frozenset(((r["source_name_a"], r["account_id_a"]), (r["source_name_b"], r["account_id_b"])))
        for r in table(community / "truth/account_pairs.csv")
        if r["mergeable"] == "true"
    }
    assert found == expected
    assert apart and not apart & found


def test_people_stop_when_they_are_gone(community: Path) -> None:
    rows = table(community / "truth/members.csv")
    for row in rows:
        if row["gone_at"] and row["last_contribution_at"]:
            assert row["last_contribution_at"] < row["gone_at"]
    roles = Counter(row["role"] for row in rows)
    assert {"expert", "supernova", "evangelist", "staff", "bot", "regular", "casual", "lurker"} <= set(roles)
    assert {row["burst_outcome"] for row in rows if row["role"] == "supernova"} == {"supernova"}
    assert {row["burst_strength"] for row in rows if row["role"] == "supernova"} == {"strong", "weak"}
    assert {row["burst_outcome"] for row in rows if row["role"] == "evangelist"} == {"lasting"}


def test_seeds_have_the_fixed_columns_and_name_real_accounts(community: Path) -> None:
    columns = {
        "staff": "source_name,account_id,role,department,valid_from,valid_to",
        "member_links": "action,source_name_a,account_id_a,source_name_b,account_id_b,reason",
        "contribution_weights": "kind,weight,valid_from,valid_to",
        "ticket_prices": "price_usd,valid_from,valid_to",
        "request_statuses": "source_name,vendor_status,stage",
        "spaces": "source_name,source_record_id,is_support",
    }
    for name, header in columns.items():
        with (community / f"seeds/{name}.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == header.split(",")
    accounts = {(row["source_name"], row["account_id"]) for row in table(community / "truth/accounts.csv")}
    staff = {(row["source_name"], row["account_id"]) for row in table(community / "seeds/staff.csv")}
    assert staff - accounts == {("forum", "-1"), ("forum", "-2")}
    statuses = {row["vendor_status"] for row in table(community / "seeds/request_statuses.csv")}
    assert {one["name"] for one in records(community, "uservoice/statuses")} < statuses
    spaces = {row["source_record_id"] for row in table(community / "seeds/spaces.csv")}
    assert spaces == {str(one["id"]) for one in records(community, "discourse/categories")}


def test_a_community_is_not_spread_evenly(community: Path) -> None:
    posts, _ = counted_posts(community)
    written = sorted(Counter(post["user_id"] for post in posts).values(), reverse=True)
    assert sum(written[: len(written) // 10]) > 0.4 * sum(written)
    spaces = sorted(Counter(post["category_id"] for post in posts).values())
    assert spaces[-1] > 10 * spaces[0]
    weekend = sum(_weekday(post["created_at"]) >= 5 for post in posts)
    assert weekend / len(posts) < 0.24
    staff = {
        row["forum_account_id"] for row in table(community / "truth/members.csv") if row["role"] == "staff"
    }
    early = [str(post["user_id"]) in staff for post in posts if post["created_at"] < "2025-11-01"]
    late = [str(post["user_id"]) in staff for post in posts if "2026-02-01" <= post["created_at"] <= NOW]
    assert sum(early) / len(early) > 2 * sum(late) / len(late)


def _weekday(stamp: str) -> int:
    return date.fromisoformat(stamp[:10]).weekday()
