-- One certificate may be told twice, by a badge and by the learning system, some days apart: steps less than 31 days
-- after the one before are the same certificate.
with

steps as (

    select
        *,
        lag(occurred_at) over (partition by member_key, course order by occurred_at, step_key) as previous_occurred_at
    from {{ ref('int_certifications__unioned') }}
    where event = 'certified'

),

numbered as (

    select
        *,
        sum(
            case
                when previous_occurred_at is null or occurred_at >= {{ add_days('previous_occurred_at', 31) }} then 1
                else 0
            end
        ) over (partition by member_key, course order by occurred_at, step_key) as certification_number
    from steps

)

select
    min_by(step_key, (occurred_at, step_key)) as first_step_key,
    min_by(source_name, (occurred_at, step_key)) as source_name,
    member_key,
    course,
    cast(certification_number as integer) as certification_number,
    min(occurred_at) as certified_at,
    max(expires_at) as expires_at,
    bool_or(basis = 'badge') as has_badge,
    bool_or(basis = 'declared') as is_declared
from numbered
group by member_key, course, certification_number
