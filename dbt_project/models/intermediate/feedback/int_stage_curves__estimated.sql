-- Kaplan–Meier: the share of requests that still stand in a stage so many days after they came there; those that
-- stand there now wait up to the build's date.
with

spells as (

    select
        grouped.stage,
        grouped.segment,
        grouped.period,
        spells.duration_days,
        spells.outcome
    from {{ ref('int_stage_spells__grouped') }} as grouped
    inner join {{ ref('int_request_stage_spells__dated') }} as spells on grouped.spell_key = spells.spell_key

),

curves as (

    {{ survival_curve('spells', ['stage', 'segment', 'period'], 'duration_days', "outcome != 'waiting'") }}

)

select
    stage,
    segment,
    period,
    duration_days,
    at_risk,
    events as left_spells,
    censored,
    survival_ratio as waiting_ratio
from curves
