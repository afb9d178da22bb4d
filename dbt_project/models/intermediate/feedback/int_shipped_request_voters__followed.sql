-- Who was active before a request shipped, and after: its voters, and voters of requests as old that stayed open.
-- Counted in numbers for keys: this is the one join of the board that grows with requests × votes.
with

shipped as (

    select
        row_number() over (order by request_key) as ship_number,
        request_key,
        shipped_at,
        {{ add_days('shipped_at', 90) }} as followed_to,
        {{ add_days('submitted_at', -90) }} as submitted_from,
        least({{ add_days('submitted_at', 90) }}, shipped_at) as submitted_to
    from {{ ref('int_shipped_requests__dated') }}
    -- The 90 days after are over.
    where {{ add_days('shipped_at', 90) }} <= {{ known_until() }}

),

requests as (

    select
        row_number() over (order by request_key) as request_number,
        request_key,
        submitted_at,
        case
            when stage = 'completed' then reached_completed_at
            when stage = 'declined' then exit_declined_at
            else cast('9999-12-31 00:00:00+00' as timestamptz)
        end as ended_at
    from {{ ref('int_requests__staged') }}
    where stage != 'merged'

),

supporters as (

    select
        request_key,
        member_key,
        min(supported_at) as supported_at
    from {{ ref('int_request_supporters__rooted') }}
    where member_key is not null
    group by request_key, member_key

),

members as (

    select
        row_number() over (order by member_key) as member_number,
        member_key
    from {{ ref('int_voter_activity__dated') }}
    where run_number = 1

),

-- One row per vote and run of activity in which it could count.
active_votes as (

    select
        requests.request_number,
        requests.request_key,
        members.member_number,
        greatest(supporters.supported_at, runs.first_at) as counts_from,
        runs.first_at,
        runs.last_at,
        {{ add_days('runs.last_at', 90) }} as counts_to,
        runs.next_first_at
    from supporters
    inner join requests on supporters.request_key = requests.request_key
    inner join members on supporters.member_key = members.member_key
    inner join {{ ref('int_voter_activity__dated') }} as runs on supporters.member_key = runs.member_key
    where supporters.supported_at <= {{ add_days('runs.last_at', 90) }}

),

staff_periods as (

    select
        members.member_number,
        periods.starts_at,
        periods.ends_at
    from {{ ref('int_staff_periods__unioned') }} as periods
    inner join members on periods.member_key = members.member_key

),

compared as (

    select
        shipped.ship_number,
        shipped.shipped_at,
        shipped.followed_to,
        requests.request_number,
        requests.request_key = shipped.request_key as is_shipped
    from shipped
    inner join requests
        on
            shipped.submitted_from <= requests.submitted_at
            and shipped.submitted_to >= requests.submitted_at
    where
        requests.request_key = shipped.request_key
        or requests.ended_at > shipped.shipped_at

),

-- Whoever voted for the shipped request, also later, is no comparison.
people as (

    select
        compared.ship_number,
        active_votes.member_number,
        bool_or(compared.is_shipped) as is_voter,
        bool_or(
            active_votes.last_at >= compared.shipped_at
            or coalesce(active_votes.next_first_at < compared.followed_to, false)
        ) as is_active_after,
        min(compared.shipped_at) as shipped_at
    from compared
    inner join active_votes
        on
            compared.request_number = active_votes.request_number
            and compared.shipped_at > active_votes.first_at
            and compared.shipped_at >= active_votes.counts_from
            and compared.shipped_at <= active_votes.counts_to
    group by compared.ship_number, active_votes.member_number

),

later_voters as (

    select distinct
        shipped.ship_number,
        members.member_number
    from shipped
    inner join supporters
        on
            shipped.request_key = supporters.request_key
            and shipped.shipped_at < supporters.supported_at
    inner join members on supporters.member_key = members.member_key

),

customers_only as (

    select people.*
    from people
    left join staff_periods
        on
            people.member_number = staff_periods.member_number
            and people.shipped_at >= staff_periods.starts_at
            and people.shipped_at < staff_periods.ends_at
    left join later_voters
        on
            people.ship_number = later_voters.ship_number
            and people.member_number = later_voters.member_number
    where staff_periods.member_number is null and later_voters.member_number is null

)

select
    shipped.request_key,
    count(*) filter (where people.is_voter) as voters_active_before,
    count(*) filter (where people.is_voter and people.is_active_after) as voters_active_after,
    count(*) filter (where not people.is_voter) as others_active_before,
    count(*) filter (where not people.is_voter and people.is_active_after) as others_active_after
from shipped
left join customers_only as people on shipped.ship_number = people.ship_number
group by shipped.request_key
