with

-- Who begins with a question, has been here for half a year, and does not work here.
newcomers as (

    select
        newcomers.*,
        echoes.first_reply_at,
        echoes.is_first_reply_by_staff,
        {{ add_days('newcomers.first_contribution_at', 180) }} as watched_until
    from {{ ref('int_newcomers__dated') }} as newcomers
    inner join {{ ref('int_newcomers__acknowledged') }} as echoes on newcomers.member_key = echoes.member_key
    where newcomers.is_first_a_question and not newcomers.is_staff

),

answered as (

    select
        *,
        {{ local_year('first_contribution_at') }} as question_year,
        coalesce(first_reply_at <= {{ add_days('first_contribution_at', 7) }}, false) as is_answered,
        coalesce(second_week_at <= watched_until, false) as has_come_back,
        coalesce(third_month_at <= watched_until, false) as has_become_regular
    from newcomers
    where watched_until <= {{ known_until() }}

),

grouped as (

    select
        *,
        case
            when not is_answered then 'nobody'
            when is_first_reply_by_staff then 'staff'
            else 'member'
        end as answered_by,
        case
            when not is_answered then 'not in time'
            when first_reply_at <= {{ add_days('first_contribution_at', 1) }} then 'a day'
            else 'a week'
        end as answered_within
    from answered

),

counted as (

    select
        coalesce(question_year, 'all') as question_year,
        coalesce(answered_by, 'all') as answered_by,
        coalesce(answered_within, 'all') as answered_within,
        count(*) as newcomers,
        count(*) filter (where has_come_back) as second_week,
        count(*) filter (where has_become_regular) as regular,
        count(*) filter (where is_here_after_90_days) as here_after_90_days
    from grouped
    group by cube(question_year, answered_by, answered_within)

)

select
    question_year,
    answered_by,
    answered_within,
    newcomers,
    second_week,
    regular,
    here_after_90_days,
    second_week / cast(newcomers as double) as second_week_ratio,
    regular / cast(newcomers as double) as regular_ratio,
    {{ wilson_bound('regular', 'newcomers', 'low') }} as regular_low_ratio,
    {{ wilson_bound('regular', 'newcomers', 'high') }} as regular_high_ratio,
    here_after_90_days / cast(newcomers as double) as here_after_90_days_ratio,
    {{ wilson_bound('here_after_90_days', 'newcomers', 'low') }} as here_after_90_days_low_ratio,
    {{ wilson_bound('here_after_90_days', 'newcomers', 'high') }} as here_after_90_days_high_ratio
from counted
where newcomers > 0
