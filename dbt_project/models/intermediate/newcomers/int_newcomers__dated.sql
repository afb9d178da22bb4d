with

-- The desk is no place one joins: its accounts are made for whoever writes to support.
joins as (

    select
        members.member_key,
        min(accounts.created_at) as joined_at
    from {{ ref('int_accounts__unioned') }} as accounts
    inner join {{ ref('int_members__resolved') }} as members on accounts.account_key = members.account_key
    where accounts.vendor != 'zendesk'
    group by members.member_key

),

authored as (

    select
        contribution_key,
        member_key,
        occurred_at,
        local_date
    from {{ ref('int_contributions__valued') }}
    where is_authored

),

days as (

    select
        member_key,
        local_date,
        min(occurred_at) as first_at
    from authored
    group by member_key, local_date

),

firsts as (

    select
        member_key,
        min(occurred_at) as first_contribution_at,
        min_by(contribution_key, (occurred_at, contribution_key)) as first_contribution_key
    from authored
    group by member_key

),

weeks as (

    select
        member_key,
        min(first_at) as first_at,
        row_number() over (partition by member_key order by min(first_at)) as turn
    from days
    group by member_key, cast(date_trunc('week', local_date) as date)

),

months as (

    select
        member_key,
        min(first_at) as first_at,
        row_number() over (partition by member_key order by min(first_at)) as turn
    from days
    group by member_key, cast(date_trunc('month', local_date) as date)

),

stays as (

    select
        authored.member_key,
        bool_or(
            authored.occurred_at > {{ add_days('firsts.first_contribution_at', 90) }}
            and authored.occurred_at <= {{ add_days('firsts.first_contribution_at', 180) }}
        ) as is_here_after_90_days
    from authored
    inner join firsts on authored.member_key = firsts.member_key
    group by authored.member_key

),

bots as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where role = 'bot'

),

-- Imports make accounts after their owners' first posts: whoever has posted had joined.
started as (

    select
        profiles.member_key,
        profiles.segment,
        joins.joined_at,
        least(joins.joined_at, firsts.first_contribution_at) as starts_at,
        firsts.first_contribution_at,
        firsts.first_contribution_key
    from {{ ref('int_member_profiles__merged') }} as profiles
    left join joins on profiles.member_key = joins.member_key
    left join firsts on profiles.member_key = firsts.member_key
    left join bots on profiles.member_key = bots.member_key
    where bots.member_key is null

),

starting_staff as (

    select distinct started.member_key
    from started
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            started.member_key = staff_periods.member_key
            and started.starts_at >= staff_periods.starts_at
            and started.starts_at < staff_periods.ends_at

)

select
    started.member_key,
    started.segment,
    starting_staff.member_key is not null as is_staff,
    started.joined_at,
    started.starts_at,
    case
        when started.joined_at <= started.starts_at then 'account'
        else 'first contribution'
    end as start_basis,
    {{ local_month('started.starts_at') }} as join_month,
    started.first_contribution_at,
    started.first_contribution_key,
    openings.kind as first_kind,
    openings.topic_key as first_topic_key,
    openings.space_key as first_space_key,
    openings.source_name as first_source_name,
    openings.source_record_id as first_source_record_id,
    coalesce(openings.is_question, false) as is_first_a_question,
    second_weeks.first_at as second_week_at,
    third_months.first_at as third_month_at,
    coalesce(stays.is_here_after_90_days, false) as is_here_after_90_days
from started
left join starting_staff on started.member_key = starting_staff.member_key
left join {{ ref('int_contributions__unioned') }} as openings
    on started.first_contribution_key = openings.contribution_key
left join weeks as second_weeks on started.member_key = second_weeks.member_key and second_weeks.turn = 2
left join months as third_months on started.member_key = third_months.member_key and third_months.turn = 3
left join stays on started.member_key = stays.member_key
where started.starts_at < {{ as_of() }}
