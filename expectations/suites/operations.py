"""Checks of the pipeline's own tables."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, at_least, between, filled, no_rows, one_of, text, unique
from expectations.comparison import Compared, volume
from extractors.clock import iso, now


def pipeline_runs(compared: Compared) -> Iterator[Check]:
    """One row per loaded extraction of a stream."""
    yield from volume("pipeline_runs", compared, may_shrink=False, severity="warn")
    yield unique("load_id", what="load")
    yield filled("loaded_at", "Every load has a time")
    yield between("record_count", 0, None, "No load brought fewer than no records")
    yield no_rows(
        "completeness",
        "The newest load of each stream refused no record",
        """
        with newest as (
            select *, row_number() over (partition by source_name, stream, lane order by load_id desc) as age
            from {batch}
        )
        select source_name, stream, lane, rejected_count
        from newest
        where age = 1 and rejected_count > 0
        order by source_name, stream, lane
        """,
        remedy=(
            "A field came in a type nobody declared; the records' earlier versions stay. "
            "`python -m warehouse status` names the field: change its data_type in the dbt source and replay."
        ),
        severity="warn",
        column="rejected_count",
    )


def source_freshness(compared: Compared) -> Iterator[Check]:
    """One row per source that was ever configured, and per kind of which there is none."""
    yield from volume("source_freshness", compared, may_shrink=False, severity="warn")
    yield at_least(
        1, "There are sources", "No source was ever loaded: name one in sources.toml and run again."
    )
    yield unique("source_name", what="source")
    yield one_of("status", {"ok", "stale", "never", "retired", "absent"}, "Every source has a known status")
    moment = text(iso(now()))
    for source in compared.candidate.counts_by("source_freshness", "source_name"):
        yield no_rows(
            "freshness",
            f"Source {source} is fresh",
            f"""
            select
                status, cast(date_trunc('minute', last_load_at) as varchar) as last_load,
                cast(date_trunc('minute', stale_after_at) as varchar) as stale_from
            from {{batch}}
            where
                source_name = {text(source)} and status not in ('retired', 'absent')
                and (status <> 'ok' or last_load_at is null or stale_after_at < timestamptz {moment})
            """,
            expected="loaded within its stale_after_hours (sources.toml), or retired",
            remedy=(
                f"See why it failed: `python -m extractors {source}` and `python -m warehouse status`. "
                "The other sources' figures are as fresh as ever."
            ),
            severity="warn",
            column="last_load_at",
        )


def source_completeness(compared: Compared) -> Iterator[Check]:
    """One row per source and kind of record that the vendor counts."""
    yield from volume("source_completeness", compared, may_shrink=False, severity="warn")
    yield one_of("status", {"complete", "short", "surplus"}, "Every comparison has a known status")
    yield between("our_count", 0, None, "No stream holds fewer than no records")
    for source in compared.candidate.counts_by("source_completeness", "source_name"):
        yield no_rows(
            "completeness",
            f"As many records of {source} are here as its vendor counts",
            f"""
            select stream, status, vendor_count, our_count
            from {{batch}}
            where source_name = {text(source)} and status <> 'complete'
            order by stream
            """,
            expected="our_count at least least_ratio of vendor_count, and no surplus over an exact count",
            remedy=(
                f"`python -m warehouse reconcile {source}` finds what differs, brings what was missed "
                "and marks what was deleted. What stays short is hidden from the key, or before start_date."
            ),
            severity="warn",
            column="our_count",
        )


def schema_drift(compared: Compared) -> Iterator[Check]:
    """One row per field nobody declared."""
    yield unique("source_name", "stream", "field", what="source, stream and field")
    yield no_rows(
        "completeness",
        "No vendor sends a field it did not send before",
        """
        select source_name, stream, field, example_type
        from {batch}
        where first_seen_at > (select max(extraction_started_at) from pipeline_runs) - interval 1 day
            and first_seen_at > (select min(loaded_at) from pipeline_runs) + interval 1 day
        order by source_name, stream, field
        """,
        expected="the fields of the days before",
        remedy="Nothing is lost: declare the field in the dbt source if it is of use, and replay.",
        severity="warn",
        column="field",
    )


def rejected_records(compared: Compared) -> Iterator[Check]:
    """One row per field, declared type and type found."""
    yield unique(
        "source_name",
        "stream",
        "field",
        "expected_type",
        "found_type",
        what="source, stream, field and pair of types",
    )
    yield between("value_count", 1, None, "Every refusal is counted")


def metric_restatements(compared: Compared) -> Iterator[Check]:
    """One row per metric and past month that is told otherwise now."""
    yield unique("metric_name", "month", what="metric and month")
    yield no_rows(
        "distribution",
        "The past is told as in the last release, to within a tenth",
        """
        select metric_name, cast(month as varchar) as month, last_value, value
        from {batch}
        where abs(change_ratio) > 0.1 and abs(change) > if(unit in ('ratio', 'quotient', 'change'), 0.02, 5)
        order by abs(change_ratio) desc, metric_name, month
        """,
        remedy=(
            "Look for what moved: accounts joined or split, a seed changed, records deleted or read for the "
            "first time. See the table for the figures of both releases."
        ),
        severity="warn",
        column="value",
    )
