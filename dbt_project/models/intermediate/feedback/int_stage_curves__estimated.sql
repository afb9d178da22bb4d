-- Kaplan–Meier: the share of requests that still stand in a stage so many days after they came there; those that
-- stand there now wait up to the build's date.
with

counts as (

    select
        grouped.stage,
        grouped.segment,
        grouped.period,
        spells.duration_days,
        count(*) as spells,
        count(*) filter (where spells.outcome != 'waiting') as left_spells
    from {{ ref('int_stage_spells__grouped') }} as grouped
    inner join {{ ref('int_request_stage_spells__dated') }} as spells on grouped.spell_key = spells.spell_key
    where spells.duration_days is not null
    group by grouped.stage, grouped.segment, grouped.period, spells.duration_days

),

risk_sets as (

    select
        *,
        sum(spells) over (
            partition by stage, segment, period
            order by duration_days desc
            rows between unbounded preceding and current row
        ) as at_risk
    from counts

)

select
    stage,
    segment,
    period,
    duration_days,
    cast(at_risk as bigint) as at_risk,
    left_spells,
    spells - left_spells as censored,
    {{ still_waiting('left_spells', 'at_risk', 'stage, segment, period', 'duration_days') }} as waiting_ratio
from risk_sets
