-- Aalen–Johansen: the share of requests that reached a stage by each day, open requests counted as waiting,
-- declined and merged ones as gone another way. For the first response nothing competes: 1 − Kaplan–Meier.
with

cases as (

    select
        requests.period,
        requests.segment,
        durations.stage,
        durations.duration_days,
        durations.outcome
    from {{ ref('int_request_durations__measured') }} as durations
    inner join {{ ref('int_requests__grouped') }} as requests on durations.request_key = requests.request_key

),

curves as (

    {{ survival_curve(
        'cases', ['period', 'segment', 'stage'], 'duration_days', "outcome = 'reached'", competing="outcome = 'left'"
    ) }}

)

select
    period,
    segment,
    stage,
    duration_days,
    at_risk,
    events as reached,
    competing_exits as went_away,
    censored,
    survival_ratio as waiting_ratio,
    incidence_ratio as reached_ratio
from curves
