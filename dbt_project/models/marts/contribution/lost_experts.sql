with

people as (

    select * from {{ ref('int_outreach_people__measured') }}
    where list = 'lost'

),

careers as (

    select
        member_months.member_key,
        min(member_months.first_month) as first_month,
        count(*) filter (where member_months.authored > 0 and not member_months.is_staff) as active_months,
        max(member_months.answers_to_others) as best_month_answers,
        count(*) filter (
            where member_months.authored > 0 and not member_months.is_staff
            and member_months.month between people.from_month and people.to_month
        ) as last_year_active_months
    from {{ ref('int_member_months__measured') }} as member_months
    inner join people on member_months.member_key = people.member_key
    group by member_months.member_key

),

worth as (

    select
        monthly.member_key,
        {{ ordered_sum('monthly.value_usd', 'monthly.month') }} as value_usd
    from {{ ref('member_contribution_monthly') }} as monthly
    inner join people
        on
            monthly.member_key = people.member_key
            and monthly.month >= people.from_month
            and monthly.month <= people.to_month
    group by monthly.member_key

),

last_signals as (

    select
        trajectories.member_key,
        trajectories.trajectory
    from {{ ref('int_trajectories__classified') }} as trajectories
    inner join people
        on trajectories.member_key = people.member_key and trajectories.month = people.to_month

),

joined as (

    select
        people.*,
        careers.first_month,
        careers.active_months,
        careers.last_year_active_months,
        careers.best_month_answers,
        coalesce(worth.value_usd, 0) as value_usd,
        last_signals.trajectory as last_trajectory
    from people
    inner join careers on people.member_key = careers.member_key
    left join worth on people.member_key = worth.member_key
    left join last_signals on people.member_key = last_signals.member_key

)

select
    member_key,
    display_name,
    cast(row_number() over (order by te_thirds desc, answers_to_others desc, member_key asc) as integer) as loss_rank,
    last_contribution_at,
    silent_days,
    first_month,
    to_month as last_active_month,
    active_months,
    last_year_active_months,
    best_month_answers,
    answers_to_others as last_year_answers,
    people_answered as last_year_people_answered,
    accepted_answers as last_year_accepted_answers,
    te_thirds / 3.0 as last_year_ticket_equivalents,
    cast(value_usd as double) as last_year_value_usd,
    expertise_area,
    last_trajectory,
    is_in_program,
    is_deleted,
    'Silent for ' || {{ count_text('silent_days', 'day') }} || ' after '
    || {{ count_text('active_months', 'active month') }} || ' since ' || {{ month_text('first_month') }}
    || '. In the last year of it: ' || {{ count_text('answers_to_others', 'reply', 'replies') }} || ' to '
    || {{ count_text('people_answered', 'other person', 'other people') }} || ', '
    || {{ count_text('accepted_answers', 'accepted answer') }} || ', worth '
    || {{ number_text('te_thirds / 3.0', 1) }} || ' tickets (' || {{ number_text('value_usd') }} || ' USD)'
    || coalesce(', mostly in ' || expertise_area, '') || '.'
    || case when is_in_program then ' In a program now.' else '' end
    || case when is_deleted then ' The account was removed.' else '' end as reason
from joined
