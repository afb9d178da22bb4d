"""A small candidate release, good in every respect; a test breaks what it wants broken.

40 members, 2 of them staff, wrote 200 topics and replies on 1 March 2026 in the forum, which got 50 posts
liked twice; member m1 submitted 120 requests; m2 opened 120 tickets.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

NOW = "2026-03-10T06:00:00Z"

GOOD = """
set timezone = 'UTC';

create table fct_contribution (
    contribution_key varchar, member_key varchar, kind varchar, occurred_at timestamptz, source_name varchar,
    space_key varchar, quantity bigint, te_thirds_low bigint, te_thirds bigint, te_thirds_high bigint
);
insert into fct_contribution
select
    'post' || i, 'm' || (1 + i % 40), if(i % 4 = 0, 'topic', 'reply'), timestamptz '2026-03-01 10:00:00Z',
    'forum', 's1', 1, 0, 0, 0
from range(200) t(i);
insert into fct_contribution
select
    'like' || i, 'm' || (1 + i % 40), 'like_received', timestamptz '2026-03-01 10:00:00Z',
    'forum', 's1', 2, 0, 2, 2
from range(50) t(i);
insert into fct_contribution
select
    'request' || i, 'm1', 'feature_request', timestamptz '2026-01-05 10:00:00Z', 'ideas', 's2', 1, 0, 0, 0
from range(120) t(i);

create table dim_member as
select
    'm' || i as member_key, 'Member ' || i as display_name, i <= 2 as is_staff, 'unknown' as segment,
    if(i = 1, timestamptz '2026-01-05 10:00:00Z', timestamptz '2026-03-01 10:00:00Z')
        as first_contribution_at,
    timestamptz '2026-03-01 10:00:00Z' as last_contribution_at, 1 as account_count
from range(1, 41) t(i);

create table dim_member_account as
select member_key, 'forum' as source_name, substr(member_key, 2) as account_id from dim_member;

create table dim_space (
    space_key varchar, source_name varchar, source_record_id varchar, name varchar, parent_space_key varchar
);
insert into dim_space values ('s1', 'forum', '1', 'Help', null), ('s2', 'ideas', '2', 'Ideas', null);

create table member_contribution_monthly as
select
    member_key, cast(date_trunc('month', occurred_at) as date) as month,
    count(*) filter (where kind = 'topic') as topics,
    count(*) filter (where kind = 'reply') as replies,
    count(*) filter (where kind = 'feature_request') as feature_requests,
    0 as votes, 0 as comments,
    coalesce(sum(quantity) filter (where kind = 'like_received'), 0) as likes_received,
    0 as accepted_answers,
    1 as active_days, 5.0 as points, sum(te_thirds) as te_thirds,
    0::double as value_low_usd, 25.0 * sum(te_thirds) as value_usd, 25.0 * sum(te_thirds) as value_high_usd
from fct_contribution
group by all;

create table fct_feature_request as
select
    'r' || i as request_key, 'ideas' as source_name, 'm1' as member_key,
    if(i % 3 = 0, 'completed', 'submitted') as stage, i as votes,
    timestamptz '2026-01-05 10:00:00Z' as submitted_at,
    timestamptz '2026-01-07 00:00:00Z' as first_response_at,
    5 as days_open
from range(120) t(i);

create table feedback_funnel as
select
    date '2026-01-01' as submission_month, unnest(['all', 'unknown']) as segment, 120 as requests,
    0 as merged_requests, 60 as responded_requests, 40 as planned_requests, 40 as started_requests,
    40 as completed_requests, 1 / 2 as responded_share, 1 / 3 as planned_share, 1 / 3 as started_share,
    1 / 3 as completed_share;

create table fct_ticket as
select
    't' || i as ticket_key, 'desk' as source_name, 'm2' as member_key,
    if(i % 2 = 0, 'open', 'solved') as status,
    timestamptz '2026-02-01 00:00:00Z' as created_at,
    if(i % 2 = 0, null, timestamptz '2026-02-02 00:00:00Z') as first_solved_at,
    if(i % 2 = 0, null, timestamptz '2026-02-03 00:00:00Z') as solved_at,
    0 as reopen_count, 30.5 as first_reply_minutes
from range(120) t(i);

create table retention_cohorts (
    cohort_month date, segment varchar, months_since integer, cohort_size bigint, active_members bigint,
    retained_ratio double
);
insert into retention_cohorts values
    ('2026-01-01', 'all', 0, 1, 1, 1), ('2026-01-01', 'all', 1, 1, 1, 1), ('2026-03-01', 'all', 0, 39, 39, 1),
    ('2026-01-01', 'unknown', 0, 1, 1, 1), ('2026-01-01', 'unknown', 1, 1, 1, 1),
    ('2026-03-01', 'unknown', 0, 39, 39, 1);

create table pipeline_runs as
select
    i as load_id, 'forum' as source_name, 'posts' as stream, 'new' as lane,
    timestamptz '2026-03-10 03:00:00Z' as loaded_at, 10 as record_count, 0 as rejected_count
from range(30) t(i);

create table source_freshness as
select
    unnest(['forum', 'ideas', 'desk']) as source_name, 'ok' as status,
    timestamptz '2026-03-10 03:00:00Z' as last_load_at, timestamptz '2026-03-11 15:00:00Z' as stale_after_at;

create table reconciliation_totals (source_name varchar, measure varchar, raw_value bigint);
insert into reconciliation_totals values
    ('forum', 'posts_counted', 200), ('forum', 'topics_counted', 50), ('forum', 'likes', 100),
    ('ideas', 'requests', 120), ('ideas', 'request_votes', 7140), ('desk', 'tickets', 120);
"""


def build(folder: Path, *changes: str) -> Path:
    """A candidate in `folder`: the good one, then `changes` (SQL statements) made to its database."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "community.duckdb")) as connection:
        connection.execute(GOOD)
        for change in changes:
            connection.execute(change)
    return folder


def released(folder: Path) -> Path:
    """Write the `release.json` that makes the candidate in `folder` a release."""
    with duckdb.connect(str(folder / "community.duckdb"), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        counts = {
            table: connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables
        }
    (folder / "release.json").write_text(json.dumps({"stamp": folder.name, "row_counts": counts}))
    return folder
