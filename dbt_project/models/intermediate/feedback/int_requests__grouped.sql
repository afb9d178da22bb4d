-- Each request in the groups it is counted in: its month and its author's segment, and its month and `all`.
with

requests as (

    select * from {{ ref('int_requests__staged') }}

),

profiles as (

    select * from {{ ref('int_member_profiles__merged') }}

),

with_segments as (

    select
        requests.request_key,
        {{ local_month('requests.submitted_at') }} as submission_month,
        coalesce(profiles.segment, 'unknown') as segment
    from requests
    left join profiles on requests.member_key = profiles.member_key

)

select
    request_key,
    submission_month,
    segment
from with_segments
union all
select
    request_key,
    submission_month,
    'all' as segment
from with_segments
