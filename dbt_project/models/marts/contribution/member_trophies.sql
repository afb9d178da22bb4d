with

totals as (

    select * from {{ ref('int_trophy_metrics__counted') }}

),

-- A rule that begins later finds what was reached before, and gives the trophy on its first day.
earned as (

    select
        totals.member_key,
        trophies.trophy,
        trophies.name,
        trophies.description,
        trophies.metric,
        trophies.threshold,
        totals.total,
        greatest(totals.local_date, coalesce(trophies.valid_from, totals.local_date)) as earned_on
    from totals
    inner join {{ ref('trophies') }} as trophies
        on
            totals.metric = trophies.metric
            and totals.total >= trophies.threshold
            and totals.total_before < trophies.threshold
            and totals.local_date <= coalesce(trophies.valid_to, totals.local_date)
            and coalesce(trophies.valid_from, totals.local_date) <= {{ last_day() }}

),

first_earned as (

    select
        *,
        row_number() over (
            partition by member_key, trophy
            order by earned_on asc, threshold desc, metric asc
        ) as turn
    from earned

)

select
    first_earned.member_key,
    first_earned.trophy,
    first_earned.name,
    first_earned.description,
    first_earned.metric,
    first_earned.threshold,
    first_earned.earned_on,
    first_earned.total as metric_value,
    members.is_staff
from first_earned
inner join {{ ref('dim_member') }} as members on first_earned.member_key = members.member_key
where first_earned.turn = 1 and coalesce(members.role, '') != 'bot'
