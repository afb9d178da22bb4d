with

requests as (

    select * from {{ ref('int_requests__staged') }}
    where stage != 'merged'

),

beginnings as (

    select {{ local_month('min(submitted_at)') }} as first_month
    from requests

),

months as (

    select
        months.month,
        least({{ local_midnight(add_months('months.month', 1)) }}, {{ as_of() }}) as ends_at
    from beginnings
    {{ months_from_to('beginnings.first_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

-- A status that ended on an unknown day says nothing of the months after its beginning; one that began on an unknown
-- day is known to hold now.
intervals as (

    select
        intervals.request_key,
        case when intervals.stage = 'completed' then 'completed' else 'open' end as standing,
        case
            when intervals.from_at is not null then intervals.from_at
            when intervals.is_current then {{ last_instant() }}
        end as starts_at,
        case when intervals.is_current then {{ as_of() }} else intervals.to_at end as stops_at
    from {{ ref('int_request_status_intervals__dated') }} as intervals
    inner join requests on intervals.request_key = requests.request_key
    where intervals.stage in ('submitted', 'responded', 'planned', 'started', 'completed')

),

standings as (

    select
        months.month,
        months.ends_at,
        intervals.request_key,
        intervals.standing
    from intervals
    inner join months
        on
            intervals.starts_at < months.ends_at
            and intervals.stops_at >= months.ends_at

),

counted as (

    select
        standings.month,
        count(supporters.supporter_key) filter (where standings.standing = 'completed') as completed_votes,
        count(supporters.supporter_key) filter (where standings.standing = 'open') as open_votes,
        count(distinct case when standings.standing = 'completed' then supporters.supporter_key end)
            as completed_supporters,
        count(distinct supporters.supporter_key) as supporters,
        count(distinct case when standings.standing = 'completed' then standings.request_key end)
            as completed_requests,
        count(distinct case when standings.standing = 'open' then standings.request_key end) as open_requests
    from standings
    left join {{ ref('int_request_supporters__rooted') }} as supporters
        on
            standings.request_key = supporters.request_key
            and standings.ends_at > supporters.supported_at
    group by standings.month

)

select
    months.month,
    coalesce(counted.completed_votes, 0) as completed_votes,
    coalesce(counted.open_votes, 0) as open_votes,
    counted.completed_votes / cast(nullif(counted.completed_votes + counted.open_votes, 0) as double)
        as votes_delivered_ratio,
    coalesce(counted.completed_supporters, 0) as completed_supporters,
    coalesce(counted.supporters, 0) as supporters,
    counted.completed_supporters / cast(nullif(counted.supporters, 0) as double) as supporters_delivered_ratio,
    coalesce(counted.completed_requests, 0) as completed_requests,
    coalesce(counted.open_requests, 0) as open_requests,
    {{ is_month_complete('months.month') }} as is_complete
from months
left join counted on months.month = counted.month
