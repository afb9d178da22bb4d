-- Contributions after which nothing came for long.
with

moments as (

    select distinct
        member_key,
        occurred_at
    from {{ ref('int_contributions__unioned') }}
    where is_authored

),

gaps as (

    select
        member_key,
        occurred_at as starts_at,
        lead(occurred_at) over (partition by member_key order by occurred_at) as ends_at,
        min(occurred_at) over (partition by member_key) as first_contribution_at
    from moments

)

select
    member_key,
    starts_at,
    ends_at,
    first_contribution_at
from gaps
where coalesce(ends_at, {{ as_of() }}) >= {{ add_days('starts_at', var('silence_days')) }}
