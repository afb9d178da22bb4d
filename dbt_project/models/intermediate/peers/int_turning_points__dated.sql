-- The day on which somebody is told apart for good, and the same day a year before, when nothing happened yet.
with

first_turns as (

    select
        'award' as kind,
        program as subject,
        member_key,
        min(awarded_at) as turned_at
    from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null
    group by program, member_key
    union all
    select
        'certification' as kind,
        course as subject,
        member_key,
        min(occurred_at) as turned_at
    from {{ ref('int_certifications__unioned') }}
    where event = 'certified'
    group by course, member_key

),

dated as (

    select
        *,
        {{ local_month('turned_at') }} as turned_month,
        row_number() over (partition by kind, member_key order by turned_at, subject) = 1 as is_first_of_kind
    from first_turns

),

with_placebos as (

    select
        dated.*,
        false as is_placebo,
        dated.turned_month as month
    from dated
    union all
    select
        dated.*,
        true as is_placebo,
        {{ add_months('dated.turned_month', -12) }} as month
    from dated

)

select
    kind || ':' || subject || ':' || member_key || case when is_placebo then ':placebo' else '' end as turning_key,
    kind,
    subject,
    member_key,
    is_placebo,
    is_first_of_kind,
    turned_at,
    turned_month,
    month,
    {{ is_month_complete(add_months('month', 6)) }} as is_complete
from with_placebos
