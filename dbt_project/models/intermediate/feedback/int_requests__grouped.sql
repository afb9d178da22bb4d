-- Each request in the groups it is counted in: its author's segment and `all`; its month, its year and `all`.
with

requests as (

    select
        requests.request_key,
        {{ local_month('requests.submitted_at') }} as submission_month,
        {{ local_year('requests.submitted_at') }} as submission_year,
        coalesce(profiles.segment, 'unknown') as segment
    from {{ ref('int_requests__staged') }} as requests
    left join {{ ref('int_member_profiles__merged') }} as profiles on requests.member_key = profiles.member_key

),

by_segment as (

    select
        request_key,
        submission_month,
        submission_year,
        segment
    from requests
    union all
    select
        request_key,
        submission_month,
        submission_year,
        'all' as segment
    from requests

)

select
    request_key,
    'month' as period_kind,
    substr(cast(submission_month as string), 1, 7) as period,
    segment
from by_segment
union all
select
    request_key,
    'year' as period_kind,
    submission_year as period,
    segment
from by_segment
union all
select
    request_key,
    'all' as period_kind,
    'all' as period,
    segment
from by_segment
