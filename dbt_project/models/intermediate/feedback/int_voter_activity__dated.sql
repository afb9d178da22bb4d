-- Runs of contributions without a pause of more than 90 days, of people who ever voted. On any instant after a run's
-- first contribution and up to 90 days after its last, and on no other, the person was active in the 90 days before.
with

voters as (

    select distinct member_key
    from {{ ref('int_request_supporters__rooted') }}
    where member_key is not null

),

moments as (

    select distinct
        contributions.member_key,
        contributions.occurred_at
    from {{ ref('int_contributions__unioned') }} as contributions
    inner join voters on contributions.member_key = voters.member_key
    where contributions.is_authored

),

pauses as (

    select
        *,
        lag(occurred_at) over (partition by member_key order by occurred_at) as previous_at
    from moments

),

runs as (

    select
        *,
        sum(case when occurred_at <= {{ add_days('previous_at', 90) }} then 0 else 1 end) over (
            partition by member_key
            order by occurred_at
            rows between unbounded preceding and current row
        ) as run_number
    from pauses

),

run_ends as (

    select
        member_key,
        run_number,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from runs
    group by member_key, run_number

)

select
    member_key,
    cast(run_number as integer) as run_number,
    first_at,
    last_at,
    lead(first_at) over (partition by member_key order by run_number) as next_first_at
from run_ends
