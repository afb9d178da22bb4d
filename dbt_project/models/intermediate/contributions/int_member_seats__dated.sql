with

bounds as (

    select
        min(month) as first_month,
        greatest({{ local_month(last_instant()) }}, max(month)) as last_month
    from {{ ref('int_member_months__grouped') }}

),

periods as (

    select
        staff_periods.member_key,
        case when staff_periods.role in ('bot', 'evangelist') then staff_periods.role else 'staff' end as standing,
        cast(null as string) as program,
        case when staff_periods.role in ('bot', 'evangelist') then staff_periods.role else 'staff' end as member_group,
        -- Nobody was staff of the community before there was an account.
        greatest(staff_periods.starts_at, profiles.joined_at) as starts_at,
        staff_periods.ends_at
    from {{ ref('int_staff_periods__unioned') }} as staff_periods
    inner join {{ ref('int_member_profiles__merged') }} as profiles on staff_periods.member_key = profiles.member_key
    union all
    select
        member_key,
        'program' as standing,
        program,
        coalesce(tier, program) as member_group,
        starts_at,
        ends_at
    from {{ ref('int_program_terms__dated') }}
    where starts_at is not null

),

overlapping as (

    select
        periods.member_key,
        calendar.month,
        periods.standing,
        periods.program,
        periods.member_group,
        row_number() over (
            partition by periods.member_key, calendar.month
            order by
                case periods.standing when 'bot' then 0 when 'evangelist' then 1 when 'staff' then 2 else 3 end asc,
                periods.starts_at desc,
                periods.program desc,
                periods.member_group desc,
                periods.ends_at asc
        ) as turn,
        periods.starts_at <= {{ local_midnight('calendar.month') }}
        and periods.ends_at >= {{ local_midnight(add_months('calendar.month', 1)) }} as is_all_month
    from periods
    cross join bounds
    {{ months_from_to('bounds.first_month', 'bounds.last_month', 'calendar') }}
    where
        periods.starts_at < {{ local_midnight(add_months('calendar.month', 1)) }}
        and periods.ends_at > {{ local_midnight('calendar.month') }}
        and {{ local_midnight('calendar.month') }} < {{ as_of() }}

),

-- A standing that comes first and lasts all month leaves nothing to the others.
ranked as (

    select
        *,
        min(case when is_all_month then turn end) over (partition by member_key, month) as first_all_month_turn
    from overlapping

)

select distinct
    {{ group_key('standing', 'program', 'member_group') }} as group_key,
    member_key,
    month,
    standing,
    program,
    member_group
from ranked
where turn <= coalesce(first_all_month_turn, turn) and standing != 'bot'
