with

needs as (

    select * from {{ ref('int_unmet_needs__dated') }}

),

-- An area begins with the first thing anybody said or asked about it.
subjects as (

    select
        expertise_area,
        min(occurred_at) as first_at
    from {{ ref('int_contributions__unioned') }}
    where expertise_area is not null
    group by expertise_area
    union all
    select
        expertise_area,
        min(created_at) as first_at
    from {{ ref('int_repeat_tickets__found') }}
    group by expertise_area

),

beginnings as (

    select
        expertise_area,
        {{ local_month('min(first_at)') }} as first_month
    from subjects
    group by expertise_area

),

calendar as (

    select
        beginnings.expertise_area,
        months.month
    from beginnings
    {{ months_from_to('beginnings.first_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

months as (

    select distinct month as day
    from calendar

),

thresholds as (

    {{ space_thresholds_on('months', ['unmet_trend_ratio']) }}

),

counted as (

    select
        expertise_area,
        month,
        count(distinct case when kind = 'unanswered question' then subject_key end) as unanswered_questions,
        count(distinct case when kind = 'repeat ticket' then subject_key end) as repeat_tickets,
        count(distinct case when kind = 'open request' then subject_key end) as open_requests,
        count(distinct case when kind = 'unanswered question' then account_key end) as question_accounts,
        count(distinct case when kind = 'repeat ticket' then account_key end) as ticket_accounts,
        count(distinct case when kind = 'open request' then account_key end) as request_accounts,
        count(distinct account_key) as accounts
    from needs
    group by expertise_area, month

),

monthly as (

    select
        calendar.expertise_area,
        calendar.month,
        coalesce(counted.unanswered_questions, 0) as unanswered_questions,
        coalesce(counted.repeat_tickets, 0) as repeat_tickets,
        coalesce(counted.open_requests, 0) as open_requests,
        coalesce(counted.question_accounts, 0) as question_accounts,
        coalesce(counted.ticket_accounts, 0) as ticket_accounts,
        coalesce(counted.request_accounts, 0) as request_accounts,
        coalesce(counted.accounts, 0) as accounts,
        {{ is_month_complete('calendar.month') }} as is_complete
    from calendar
    left join counted
        on
            calendar.expertise_area = counted.expertise_area
            and calendar.month = counted.month
    where counted.expertise_area is not null or {{ is_month_begun('calendar.month') }}

),

compared as (

    select
        *,
        unanswered_questions + repeat_tickets + open_requests as needs,
        case when count(*) over three_before = 3 then avg(cast(accounts as double)) over three_before end
            as usual_accounts
    from monthly
    window three_before as (
        partition by expertise_area order by month
        rows between 3 preceding and 1 preceding
    )

),

trends as (

    select
        *,
        case when is_complete then accounts / nullif(usual_accounts, 0) - 1 end as trend_ratio
    from compared

)

select
    trends.expertise_area,
    trends.month,
    trends.unanswered_questions,
    trends.repeat_tickets,
    trends.open_requests,
    trends.needs,
    trends.question_accounts,
    trends.ticket_accounts,
    trends.request_accounts,
    trends.accounts,
    row_number() over (
        partition by trends.month
        order by trends.accounts desc, trends.needs desc, trends.expertise_area asc
    ) as need_rank,
    trends.usual_accounts,
    trends.trend_ratio,
    case
        when trends.trend_ratio > thresholds.unmet_trend_ratio then 'rising'
        when trends.trend_ratio < -thresholds.unmet_trend_ratio then 'falling'
        when trends.trend_ratio is not null then 'steady'
    end as trend,
    trends.is_complete
from trends
inner join thresholds on trends.month = thresholds.day
