-- Kaplan–Meier: the share of questions that still wait for a first reply by another person after so many hours.
-- Questions without one wait up to the build's date.
with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', ['health_days']) }}

),

questions as (

    select
        space_key,
        opened_at,
        first_reply_at is not null as is_answered,
        -- Merged and imported topics hold replies older than their opening.
        greatest({{ hours_between('opened_at', 'coalesce(first_reply_at, ' ~ as_of() ~ ')') }}, 0) as wait_hours
    from {{ ref('int_topics__answered') }}
    where is_question and space_key is not null

),

periods as (

    select
        space_key,
        'all' as period,
        wait_hours,
        is_answered
    from questions
    union all
    select
        questions.space_key,
        'recent' as period,
        questions.wait_hours,
        questions.is_answered
    from questions
    cross join thresholds
    where questions.opened_at >= {{ add_days(as_of(), '-thresholds.health_days') }}

),

counts as (

    select
        space_key,
        period,
        wait_hours,
        count(*) as questions,
        count(*) filter (where is_answered) as answered
    from periods
    group by space_key, period, wait_hours

),

risk_sets as (

    select
        *,
        sum(questions) over (
            partition by space_key, period
            order by wait_hours desc
            rows between unbounded preceding and current row
        ) as at_risk
    from counts

)

select
    space_key,
    period,
    wait_hours,
    cast(at_risk as bigint) as at_risk,
    answered,
    questions - answered as censored,
    {{ still_waiting('answered', 'at_risk', 'space_key, period', 'wait_hours') }} as waiting_ratio
from risk_sets
