"""The marts against the vendors' own records: nothing was lost or doubled on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from expectations.checks import Check, no_rows, one_of, text, unique
from expectations.comparison import Compared


@dataclass(frozen=True)
class Measure:
    """What a total over the vendors' records must be found as again."""

    what: str
    mart: str
    value: str
    """SQL aggregate over the mart."""
    where: str = "true"
    agrees: Literal["=", "<="] = "="
    """How the mart's value must stand to the vendors'."""
    everywhere: bool = True
    """Every source with such rows in the mart has this total."""


CONTRIBUTIONS = "fct_contribution"
MEASURES: Mapping[str, Measure] = {
    "posts_counted": Measure("Posts", CONTRIBUTIONS, "count(*)", "kind in ('topic', 'reply')"),
    "topics_counted": Measure("Topics", CONTRIBUTIONS, "count(*)", "kind = 'topic'"),
    "likes": Measure("Likes", CONTRIBUTIONS, "sum(quantity)", "kind = 'like_received'"),
    # An answer accepted in one's own topic is not credited.
    "accepted_answers_flagged": Measure(
        "Accepted answers", CONTRIBUTIONS, "count(*)", "kind = 'accepted_answer'", agrees="<="
    ),
    "votes": Measure("Votes", CONTRIBUTIONS, "count(*)", "kind = 'vote'"),
    "comments": Measure("Comments on requests", CONTRIBUTIONS, "count(*)", "kind = 'comment'"),
    "requests": Measure("Feature requests", "fct_feature_request", "count(*)"),
    # Told only for boards that count votes on every request.
    "request_votes": Measure("Votes on requests", "fct_feature_request", "sum(votes)", everywhere=False),
    "tickets": Measure("Tickets", "fct_ticket", "count(*)"),
}


def reconciliation_totals(compared: Compared) -> Iterator[Check]:
    """One row per source and measure: what the vendors' records add up to."""
    yield unique("source_name", "measure", what="source and measure")
    yield one_of("measure", frozenset(MEASURES), "Every total is compared with a mart")
    for name, measure in MEASURES.items():
        if measure.mart in compared.candidate.columns:
            yield _agrees(name, measure)


def _agrees(name: str, measure: Measure) -> Check:
    join = "full join" if measure.everywhere else "left join"
    relation = {"=": "as many as", "<=": "at most as many as"}[measure.agrees]
    return no_rows(
        "reconciliation",
        f"{measure.what} in the mart are those of the vendors' records",
        f"""
        with vendors as (select source_name, raw_value from {{batch}} where measure = {text(name)}),
        marts as (
            select source_name, cast({measure.value} as bigint) as mart_value
            from {measure.mart}
            where {measure.where}
            group by source_name
        )
        select
            source_name, coalesce(raw_value, 0) as vendors_records,
            coalesce(mart_value, 0) as {measure.mart}
        from vendors {join} marts using (source_name)
        where not coalesce(mart_value, 0) {measure.agrees} coalesce(raw_value, 0)
        order by source_name
        """,
        expected=f"for each source, {relation} its records say",
        remedy=(
            f"Records were lost or doubled between staging and {measure.mart}: compare the two for the "
            "sources named, from one intermediate model to the next."
        ),
        column=name,
    )
