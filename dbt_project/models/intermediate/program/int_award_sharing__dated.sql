-- What people passed on beside answers, in each window, with the points that the kind was worth that day.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

contributions as (

    select * from {{ ref('int_contributions__unioned') }}

),

weights as (

    select * from {{ ref('contribution_weights') }}

),

activities as (

    select
        contributions.contribution_key as item_key,
        activities.kind,
        contributions.kind as weighted_kind,
        contributions.member_key,
        contributions.expertise_area,
        activities.title,
        contributions.occurred_at as counted_at
    from contributions
    inner join {{ ref('int_declared_activities__dated') }} as activities
        on contributions.source_record_id = activities.activity_id
    where contributions.kind in ('article', 'activity')

),

bug_reports as (

    select
        ticket_key as item_key,
        'bug report' as kind,
        'bug_report' as weighted_kind,
        member_key,
        expertise_area,
        -- What stands in a ticket is nobody else's to read.
        cast(null as string) as title,
        reported_at as counted_at
    from {{ ref('int_bug_reports__mapped') }}
    where is_confirmed and member_key is not null

),

requests as (

    select
        contributions.contribution_key as item_key,
        'completed request' as kind,
        'feature_request' as weighted_kind,
        contributions.member_key,
        contributions.expertise_area,
        requests.title,
        -- Some boards tell that a request is completed and not since when.
        coalesce(requests.reached_completed_at, requests.submitted_at) as counted_at
    from {{ ref('int_requests__staged') }} as requests
    inner join contributions
        on
            requests.source_name = contributions.source_name
            and requests.source_record_id = contributions.source_record_id
    where contributions.kind = 'feature_request' and requests.has_been_completed

),

shared as (

    select * from activities
    union all
    select * from bug_reports
    union all
    select * from requests

),

dated as (

    select
        windows.window_key,
        shared.*,
        {{ local_date('shared.counted_at') }} as counted_on
    from shared
    inner join windows
        on
            shared.counted_at >= windows.starts_at
            and shared.counted_at < windows.ends_at

)

select
    dated.window_key || ':' || dated.item_key as sharing_key,
    dated.window_key,
    dated.item_key,
    dated.kind,
    dated.member_key,
    dated.expertise_area,
    dated.title,
    dated.counted_at,
    -- A talk without a weight of its own is worth an article.
    cast(coalesce(weights.weight, article_weights.weight, 0) as double) as points
from dated
left join weights
    on
        dated.weighted_kind = weights.kind
        and {{ holds_on('dated.counted_on', 'weights.valid_from', 'weights.valid_to') }}
left join weights as article_weights
    on
        dated.weighted_kind = 'activity'
        and article_weights.kind = 'article'
        and {{ holds_on('dated.counted_on', 'article_weights.valid_from', 'article_weights.valid_to') }}
