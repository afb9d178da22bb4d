with

months as (

    select distinct month
    from {{ ref('int_member_months__measured') }}

),

helping_months as (

    select
        month,
        answers_to_others
    from {{ ref('int_member_months__measured') }}
    where answers_to_others > 0 and not is_staff

),

windows as (

    select
        months.month,
        count(helping_months.month) as member_months,
        -- Between two observations it interpolates, as numpy.percentile does by default.
        percentile_cont(0.95) within group (order by helping_months.answers_to_others) as answers_p95
    from months
    left join helping_months
        on
            months.month > helping_months.month
            and helping_months.month >= {{ add_months('months.month', -12) }}
    group by months.month

)

select
    month,
    member_months,
    cast(answers_p95 as double) as answers_p95,
    case when member_months >= 100 then greatest(20.0, cast(answers_p95 as double)) else 20.0 end as flare_threshold
from windows
