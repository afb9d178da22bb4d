-- Aalen–Johansen: the share of requests that reached a stage by each day, open requests counted as waiting,
-- declined and merged ones as gone another way. For the first response nothing competes: 1 − Kaplan–Meier.
with

durations as (

    select * from {{ ref('int_request_durations__measured') }}
    where duration_days is not null

),

requests as (

    select * from {{ ref('int_requests__grouped') }}

),

counts as (

    select
        requests.period,
        requests.segment,
        durations.stage,
        durations.duration_days,
        count(*) as requests,
        count(*) filter (where durations.outcome = 'reached') as reached,
        count(*) filter (where durations.outcome = 'left') as went_away
    from durations
    inner join requests on durations.request_key = requests.request_key
    group by requests.period, requests.segment, durations.stage, durations.duration_days

),

risk_sets as (

    select
        *,
        sum(requests) over (
            partition by period, segment, stage
            order by duration_days desc
            rows between unbounded preceding and current row
        ) as at_risk
    from counts

),

waiting as (

    select
        *,
        {{ still_waiting('reached + went_away', 'at_risk', 'period, segment, stage', 'duration_days') }}
            as waiting_ratio
    from risk_sets

),

increments as (

    select
        *,
        coalesce(
            lag(waiting_ratio) over (partition by period, segment, stage order by duration_days), 1
        ) * reached / at_risk as added_ratio
    from waiting

)

select
    period,
    segment,
    stage,
    duration_days,
    cast(at_risk as bigint) as at_risk,
    reached,
    went_away,
    requests - reached - went_away as censored,
    waiting_ratio,
    sum(added_ratio) over (
        partition by period, segment, stage
        order by duration_days
        rows between unbounded preceding and current row
    ) as reached_ratio
from increments
