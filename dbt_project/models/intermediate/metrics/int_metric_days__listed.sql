with

beginnings as (

    select min({{ local_date('occurred_at') }}) as first_day
    from {{ ref('int_contributions__unioned') }}

    union all

    select min({{ local_date('created_at') }}) as first_day
    from {{ ref('int_tickets__dated') }}

),

span as (

    -- Whole months: a metric of a month is compared with that of a year before by its first day.
    select
        cast(date_trunc('month', min(first_day)) as date) as first_day,
        {{ local_date(as_of()) }} as last_day
    from beginnings

)

select days.day
from span
{{ days_from_to('span.first_day', 'span.last_day', 'days') }}
