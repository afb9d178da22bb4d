"""People and organizations, computed from accounts, seeds and contributions; identities against the truth."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from tests.dbt_project.community.conftest import Community
from warehouse.links import Key, Link, people, preview

VENDORS = {"discourse": 0, "uservoice": 1, "zendesk": 2}
SEGMENTS = ("customer", "pipeline", "prospect")


def plain(text: object) -> str:
    """Lower case, everything but letters and digits as one space."""
    return " ".join("".join(c if c.isalnum() else " " for c in str(text or "").lower()).split())


def first(values: Iterable[Any]) -> Any:
    """The first value that says something."""
    return next((value for value in values if value not in (None, "")), None)


def accounts_of(community: Community) -> dict[str, list[Any]]:
    """Each person's accounts, in the order in which they are believed."""
    rows = community.rows(
        """
        select resolved.member_key, accounts.*
        from intermediate.int_accounts__unioned as accounts
        inner join intermediate.int_members__resolved as resolved using (account_key)
        """
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (VENDORS[row.vendor], row.source_name, int(row.account_id))):
        found[row.member_key].append(row)
    return found


def owners_of(community: Community) -> dict[tuple[str, str], int]:
    """Each account's person in truth."""
    frame = community.truth("accounts")
    accounts = zip(frame["source_name"], frame["account_id"].astype(str), strict=True)
    return dict(zip(accounts, frame["member_id"].astype(int), strict=True))


def employers_on_boards(community: Community) -> dict[tuple[str, str], str]:
    """The company of each account of the board, by the first external user that stands."""
    found: dict[tuple[str, str], str] = {}
    rows = community.rows(
        "select _source, links::varchar as links from raw.uservoice__external_users "
        "where _deleted_at is null order by id"
    )
    for row in rows:
        links = json.loads(row.links)
        found.setdefault((row[0], str(links["user"])), str(links["external_account"]))
    return found


class Organizations:
    """What the company, the desk and the board say of organizations, in this order."""

    def __init__(self, community: Community) -> None:
        facts = {
            (row.source_name, row.organization_id): row
            for row in community.rows("select * from seeds.organization_facts")
        }
        regions = Regions(community)
        self.key: dict[tuple[str, str], str] = {}
        self.name: dict[str, str] = {}
        self.segment: dict[str, str | None] = defaultdict(lambda: None)
        self.region: dict[str, str | None] = defaultdict(lambda: None)
        self.revenue: dict[str, float | None] = defaultdict(lambda: None)
        self.record_segment: dict[tuple[str, str], str | None] = {}
        self.on_boards: set[str] = set()
        by_external_id: dict[str, str] = {}
        rows = community.rows(
            """
            select _source, id, external_id, name, tags::varchar as tags,
                organization_fields::varchar as fields
            from raw.zendesk__organizations
            order by _source, id
            """
        )
        for row in rows:
            record = (row[0], str(row.id))
            fact = facts.get(record)
            key = f"{record[0]}:{record[1]}"
            if external := (row.external_id or "").strip():
                key = by_external_id.setdefault(external, key)
            self.key[record] = key
            tags = set(json.loads(row.tags or "[]"))
            fields = json.loads(row.fields or "{}")
            tagged = first(s for s in SEGMENTS if {s, f"segment_{s}"} & tags)
            field = str(fields.get("segment") or "").lower()
            segment = first([fact and fact.segment, tagged, field if field in SEGMENTS else None])
            revenue = first([fact and fact.monthly_revenue_usd, fields.get("mrr_usd")])
            region = first([fact and fact.region, regions.of(fields.get("region")), fields.get("region")])
            self._note(key, record, row.name, segment, region, revenue)
        rows = community.rows(
            "select _source, id, external_id, name, mrr_cents from raw.uservoice__external_accounts "
            "order by _source, id"
        )
        for row in rows:
            record = (row[0], str(row.id))
            key = f"{record[0]}:{record[1]}"
            if row.external_id:
                key = by_external_id.setdefault(row.external_id, key)
            self.key[record] = key
            self.on_boards.add(key)
            pays = None if row.mrr_cents is None else row.mrr_cents / 100
            self._note(key, record, row.name, "customer" if pays else None, None, pays)
        for record, fact in facts.items():
            key = self.key[record]
            self.segment[key] = first([fact.segment, self.segment[key]])
            self.region[key] = first([fact.region, self.region[key]])
            if fact.monthly_revenue_usd is not None:
                self.revenue[key] = float(fact.monthly_revenue_usd)

    def _note(
        self, key: str, record: tuple[str, str], name: str, segment: Any, region: Any, revenue: Any
    ) -> None:
        self.record_segment[record] = segment
        self.name.setdefault(key, name)
        self.segment[key] = first([self.segment[key], segment])
        self.region[key] = first([self.region[key], region])
        if self.revenue[key] is None:
            self.revenue[key] = None if revenue is None else float(revenue)

    def named(self, name: str) -> list[str]:
        """Organizations called so."""
        return [key for key, own in self.name.items() if plain(own) == plain(name)]


class Regions:
    """Countries and regions, whatever their spelling."""

    def __init__(self, community: Community) -> None:
        rows = community.rows("select * from seeds.country_regions")
        self._of = {plain(row.region): row.region for row in rows} | {
            plain(row.country): row.region for row in rows
        }

    def of(self, place: object) -> str | None:
        return self._of.get(plain(place)) if place else None


def test_each_persons_segment_region_persona_and_organization(community: Community) -> None:
    organizations, regions = Organizations(community), Regions(community)
    words = {plain(row.word): row.persona for row in community.rows("select * from seeds.job_title_personas")}
    facts = {
        (row.source_name, row.account_id): row for row in community.rows("select * from seeds.member_facts")
    }

    def persona(title: str | None) -> str | None:
        whole = plain(title)
        head = whole
        for word in (" of ", " for ", " at "):
            head = head.split(word)[0]
        known = [words[word] for word in [*reversed(head.split()), *reversed(whole.split())] if word in words]
        return known[0] if known else None

    expected = {}
    for member, accounts in accounts_of(community).items():
        declared = [facts.get((account.source_name, account.account_id)) for account in accounts]
        said = [fact for fact in declared if fact is not None]
        desks_first = sorted(accounts, key=lambda account: account.vendor == "uservoice")
        records = [
            record
            for account in desks_first
            if (record := (account.source_name, account.organization_id)) in organizations.key
        ]
        keys = [organizations.key[record] for record in records]
        key = first(keys)
        name = organizations.name.get(key)
        if called := first(fact.organization for fact in said):
            name = called
            shown = [each for each in keys if plain(organizations.name[each]) == plain(called)]
            bearers = organizations.named(called)
            key = first([*shown, *(bearers if len(bearers) == 1 else []), f"declared:{plain(called)}"])
        expected[member] = (
            first(
                [
                    *(fact.segment for fact in said),
                    organizations.segment[key],
                    *(organizations.record_segment[record] for record in records),
                    "unknown",
                ]
            ),
            first(
                [
                    *(fact.region for fact in said),
                    *(regions.of(account.country) for account in accounts),
                    organizations.region[key],
                ]
            ),
            first([*(fact.persona for fact in said), *(persona(account.job_title) for account in accounts)]),
            name,
            key,
            len(accounts),
        )
    found = community.rows(
        "select member_key, segment, region, persona, organization, organization_key, account_count "
        "from marts.dim_member"
    )
    assert {row[0]: tuple(row[1:]) for row in found} == expected
    for place, values in enumerate((SEGMENTS, ("EMEA", "AMER", "APAC"), ("developer", "executive"))):
        assert set(values) <= {row[place] for row in expected.values()}


def test_each_persons_tier_and_stage(community: Community) -> None:
    terms = community.frame(
        "select distinct member_key, tier from intermediate.int_program_terms__dated "
        "where is_in_term and tier is not null"
    )
    holders = Counter(terms["tier"])
    tiers: dict[str, str] = {}
    for member, tier in sorted(
        terms.itertuples(index=False), key=lambda term: (holders[term.tier], term.tier)
    ):
        tiers.setdefault(member, tier)
    experts = set(
        community.frame("select member_key from intermediate.int_member_expertise__measured where is_expert")[
            "member_key"
        ]
    )
    weeks: dict[str, set[Any]] = defaultdict(set)
    months: dict[str, set[Any]] = defaultdict(set)
    instants: dict[str, list[Any]] = defaultdict(list)
    acknowledged = set()
    for row in community.rows("select member_key, kind, occurred_at from marts.fct_contribution"):
        if row.kind in ("like_received", "accepted_answer"):
            acknowledged.add(row.member_key)
        elif row.kind not in ("article_rating", "certification"):
            weeks[row.member_key].add(row.occurred_at.isocalendar()[:2])
            months[row.member_key].add((row.occurred_at.year, row.occurred_at.month))
            instants[row.member_key].append(row.occurred_at)
    for row in community.rows(
        """
        select opener_member_key, member_key, is_bot
        from intermediate.int_posts__classified where is_counted and post_number > 1
        """
    ):
        if row.member_key != row.opener_member_key and not row.is_bot:
            acknowledged.add(row.opener_member_key)

    def stage(member: str) -> str:
        if member in experts:
            return "expert"
        if not instants[member]:
            return "joined"
        if member not in acknowledged:
            return "first post"
        if len(weeks[member]) < 2:
            return "acknowledged"
        return "returning" if len(months[member]) < 3 else "regular"

    found = community.rows(
        "select member_key, tier, journey_stage, first_contribution_at, last_contribution_at "
        "from marts.dim_member"
    )
    assert {row[0]: tuple(row[1:]) for row in found} == {
        row.member_key: (
            tiers.get(row.member_key),
            stage(row.member_key),
            min(instants[row.member_key], default=None),
            max(instants[row.member_key], default=None),
        )
        for row in found
    }
    assert len({row.journey_stage for row in found}) == 6


def test_each_organizations_months(community: Community) -> None:
    organizations = Organizations(community)
    of_member = dict(
        community.rows(
            "select member_key, organization_key from marts.dim_member where organization_key is not null"
        )
    )
    bands = sorted(
        (float(row.monthly_revenue_from_usd), row.revenue_band)
        for row in community.rows("select * from seeds.revenue_bands")
    )
    active: dict[Any, set[str]] = defaultdict(set)
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for row in community.rows("select * from marts.fct_contribution"):
        if organization := of_member.get(row.member_key):
            cell = (organization, row.occurred_at.year * 12 + row.occurred_at.month - 1)
            counts[cell]["questions"] += row.is_question
            counts[cell]["answers"] += row.is_answer
            counts[cell][row.kind] += int(row.quantity)
            if row.kind not in ("like_received", "accepted_answer", "article_rating", "certification"):
                active[cell].add(row.member_key)
    for row in community.rows(
        """
        select tickets.source_name, tickets.created_at, tickets.member_key,
            desk.organization_id::varchar as organization_id
        from marts.fct_ticket as tickets
        left join raw.zendesk__tickets as desk
            on tickets.source_name = desk._source and tickets.source_record_id = desk.id::varchar
        where not tickets.is_deleted and not tickets.is_merged
        """
    ):
        organization = organizations.key.get((row.source_name, row.organization_id)) or of_member.get(
            row.member_key
        )
        if organization:
            counts[organization, row.created_at.year * 12 + row.created_at.month - 1]["tickets"] += 1
    last_instant = community.as_of - pd.Timedelta(microseconds=1)
    last = last_instant.year * 12 + last_instant.month - 1
    expected = {}
    for organization in {cell[0] for cell in counts}:
        begin = min(month for other, month in counts if other == organization)
        revenue = organizations.revenue[organization]
        band = None
        if revenue is not None:
            band = max((limit, name) for limit, name in bands if limit <= revenue)[1]
        for month in range(begin, last + 1):
            cell = (organization, month)
            ends = pd.Timestamp(year=(month + 1) // 12, month=(month + 1) % 12 + 1, day=1, tz="UTC")
            expected[organization, f"{month // 12}-{month % 12 + 1:02d}-01"] = (
                len(active[cell]),
                *(counts[cell][what] for what in ("questions", "answers", "accepted_answer")),
                *(counts[cell][what] for what in ("feature_request", "vote", "tickets")),
                revenue,
                band,
                ends <= community.known_until,
            )
    found = community.rows(
        """
        select organization_key, month::varchar, active_members, questions, answers, accepted_answers,
            feature_requests, votes, tickets, monthly_revenue_usd, revenue_band, is_complete
        from marts.organization_engagement_monthly
        """
    )
    assert {tuple(row[:2]): tuple(row[2:]) for row in found} == expected
    assert len(expected) > 100


def test_the_board_names_companies_that_the_desk_knows_too(community: Community) -> None:
    employers = employers_on_boards(community)
    accounts = community.rows(
        "select source_name, account_id, organization_id from intermediate.int_accounts__unioned "
        "where vendor = 'uservoice'"
    )
    found = {
        (row.source_name, row.account_id): row.organization_id for row in accounts if row.organization_id
    }
    assert found == {account: employers[account] for account in found}
    assert len(found) == len(employers) > 20
    organizations = Organizations(community)
    truth = community.truth("members").set_index("member_id")["organization"]
    owners = owners_of(community)
    for account, employer in employers.items():
        key = organizations.key[account[0], employer]
        assert organizations.name[key] == truth[owners[account]]
        assert key.startswith("desk:")
    bases = {
        row.basis for row in community.rows("select basis from intermediate.int_member_organizations__chosen")
    }
    assert bases == {"declared", "desk", "board"}


def test_organizations_list_all_of_desk_and_board_and_count_their_people(community: Community) -> None:
    organizations = Organizations(community)
    members = Counter(
        row.organization_key
        for row in community.rows("select organization_key from marts.dim_member")
        if row.organization_key
    )
    found = community.rows(
        "select organization_key, name, segment, region, monthly_revenue_usd, members "
        "from marts.dim_organization"
    )
    at_desks = {row[0]: tuple(row[1:]) for row in found if not row.organization_key.startswith("declared:")}
    assert at_desks == {
        key: (
            name,
            organizations.segment[key] or "unknown",
            organizations.region[key],
            organizations.revenue[key],
            members[key],
        )
        for key, name in organizations.name.items()
    }
    assert sum(row.members for row in found) == sum(members.values())


def test_accounts_are_joined_where_evidence_allows_it_and_nowhere_else(community: Community) -> None:
    member_of = dict(community.rows("select account_key, member_key from intermediate.int_members__resolved"))
    truth = community.truth("account_pairs")
    keys = [
        (f"{row.source_name_a}:{row.account_id_a}", f"{row.source_name_b}:{row.account_id_b}", row.mergeable)
        for row in truth.itertuples()
    ]
    allowed = [(a, b) for a, b, mergeable in keys if mergeable and a in member_of and b in member_of]
    joined = sum(member_of[a] == member_of[b] for a, b in allowed)
    assert joined / len(allowed) >= 0.95
    assert not [
        (a, b) for a, b, mergeable in keys if not mergeable and member_of.get(a) == member_of.get(b, "")
    ]
    owners: dict[str, set[int]] = defaultdict(set)
    for (source, account), person in owners_of(community).items():
        if member := member_of.get(f"{source}:{account}"):
            owners[member].add(person)
    assert not {member: persons for member, persons in owners.items() if len(persons) > 1}


def test_suggestions_are_mostly_right_and_never_joined_or_split(community: Community) -> None:
    owner = owners_of(community)
    rows = community.rows("select * from marts.member_match_suggestions")
    right = [
        owner[row.source_name_a, row.account_id_a] == owner[row.source_name_b, row.account_id_b]
        for row in rows
    ]
    assert len(rows) > 10
    assert sum(right) / len(rows) >= 0.85
    assert all(row.member_key_a != row.member_key_b for row in rows)
    assert all(0.6 <= row.score < 1 and row.reason for row in rows)
    shown = Counter(member for row in rows for member in (row.member_key_a, row.member_key_b))
    assert max(shown.values()) <= 3
    split = {
        frozenset(((row.source_name_a, row.account_id_a), (row.source_name_b, row.account_id_b)))
        for row in community.rows("select * from seeds.member_links where action = 'split'")
    }
    pairs = {
        frozenset(((row.source_name_a, row.account_id_a), (row.source_name_b, row.account_id_b)))
        for row in rows
    }
    assert split
    assert not split & pairs


def test_a_preview_holds_what_the_people_have_now(community: Community) -> None:
    now: dict[str, Counter[str]] = defaultdict(Counter)
    helped: dict[str, set[str]] = defaultdict(set)
    for row in community.rows("select * from marts.member_contribution_monthly"):
        for name in ("authored", "answers", "accepted_answers", "likes_received", "te_thirds"):
            now[row.member_key][name] += getattr(row, name)
        now[row.member_key]["active_months"] += row.authored > 0
    for row in community.rows(
        "select * from intermediate.int_posts__classified "
        "where is_answer and (is_credited_accept or likes > 0)"
    ):
        helped[row.member_key].add(row.opener_member_key)
    rows = community.rows("select * from marts.member_link_preview")
    assert {row.action for row in rows} == {"merge", "split"}
    for row in rows:
        sides = {"joined": row.member_key_a}
        if row.action == "merge":
            sides = {"a": row.member_key_a, "b": row.member_key_b}
        for side, member in sides.items():
            names = (
                "authored",
                "answers",
                "accepted_answers",
                "likes_received",
                "te_thirds",
                "active_months",
            )
            for name in names:
                assert getattr(row, f"{name}_{side}") == now[member][name], (row.proposal_key, side, name)
            assert getattr(row, f"people_helped_{side}") == len(helped[member]), (row.proposal_key, side)


def test_the_command_knows_the_same_people_and_figures(community: Community) -> None:
    accounts = [
        row[0]
        for row in community.rows(
            "select account_key from intermediate.int_accounts__unioned "
            "order by source_name, coalesce(try_cast(account_id as bigint), 9223372036854775807), account_id"
        )
    ]
    keys = [
        Key(*row)
        for row in community.rows(
            "select account_key, key_kind, key_value from intermediate.int_account_keys__verified"
        )
    ]
    links = [
        Link(row.action, f"{row.source_name_a}:{row.account_id_a}", f"{row.source_name_b}:{row.account_id_b}")
        for row in community.rows("select * from seeds.member_links")
    ]
    resolved = dict(community.rows("select account_key, member_key from intermediate.int_members__resolved"))
    assert people(accounts, keys, links) == resolved
    proposed = community.rows("select * from marts.member_link_preview where action = 'merge' limit 12")
    for row in proposed:
        one, other = f"{row.source_name_a}:{row.account_id_a}", f"{row.source_name_b}:{row.account_id_b}"
        shown = preview(community.connection, Link("merge", one, other))
        (joined,) = shown.after
        assert {one, other} <= set(joined.accounts)
        assert len(shown.before) == 2
        assert (
            joined.figures.contributions,
            joined.figures.active_months,
            joined.figures.answers,
            joined.figures.accepted_answers,
            joined.figures.people_helped,
        ) == (
            row.authored_joined,
            row.active_months_joined,
            row.answers_joined,
            row.accepted_answers_joined,
            row.people_helped_joined,
        )
