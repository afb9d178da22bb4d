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

)

select
    space_key,
    period,
    wait_hours,
    at_risk,
    events as answered,
    censored,
    survival_ratio as waiting_ratio
from ({{ survival_curve('periods', ['space_key', 'period'], 'wait_hours', 'is_answered') }}) as curves
