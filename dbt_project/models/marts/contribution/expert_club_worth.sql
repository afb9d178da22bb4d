with

value_by_group as (

    select * from {{ ref('contribution_value_by_group') }}

),

terms as (

    select * from {{ ref('int_program_terms__dated') }}
    where starts_at is not null

),

calendar as (

    select distinct
        month,
        is_complete,
        is_settled
    from value_by_group

),

members_by_month as (

    select
        terms.program,
        calendar.month,
        calendar.is_complete,
        calendar.is_settled,
        count(distinct terms.member_key) as members
    from calendar
    inner join terms
        on
            terms.starts_at < {{ local_midnight(add_months('calendar.month', 1)) }}
            and terms.ends_at > {{ local_midnight('calendar.month') }}
    group by terms.program, calendar.month, calendar.is_complete, calendar.is_settled

),

club_months as (

    select
        program,
        month,
        count(distinct case when authored > 0 then member_key end) as people,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from {{ ref('int_member_months__grouped') }}
    where standing = 'program'
    group by program, month

),

clubs as (

    select
        members_by_month.*,
        coalesce(club_months.people, 0) as people,
        cast(coalesce(club_months.value_thirds_usd, 0) as double) / 3 as value_usd,
        sum(members_by_month.members) over last_year as term_months,
        sum(club_months.people) over last_year as active_months,
        cast(sum(club_months.value_thirds_usd) over last_year as double) / 3 as value_12_months_usd,
        cast(sum(club_months.value_thirds_low_usd) over last_year as double) / 3 as value_low_12_months_usd,
        cast(sum(club_months.value_thirds_high_usd) over last_year as double) / 3 as value_high_12_months_usd
    from members_by_month
    left join club_months
        on
            members_by_month.program = club_months.program
            and members_by_month.month = club_months.month
    window last_year as (
        partition by members_by_month.program
        order by {{ months_between("date '2000-01-01'", 'members_by_month.month') }}
        range between 11 preceding and current row
    )

),

staff as (

    select * from value_by_group
    where standing = 'staff'

),

evangelists as (

    select * from value_by_group
    where standing = 'evangelist'

)

select
    clubs.program,
    clubs.month,
    clubs.members,
    clubs.people,
    clubs.value_usd,
    case when clubs.is_complete then coalesce(clubs.value_12_months_usd, 0) end as value_12_months_usd,
    case when clubs.is_complete then coalesce(clubs.value_low_12_months_usd, 0) end as value_low_12_months_usd,
    case when clubs.is_complete then coalesce(clubs.value_high_12_months_usd, 0) end as value_high_12_months_usd,
    case when clubs.is_complete then clubs.value_12_months_usd / (nullif(clubs.active_months, 0) / 12.0) end
        as value_per_person_year_usd,
    case when clubs.is_complete then coalesce(clubs.value_12_months_usd, 0) / (clubs.term_months / 12.0) end
        as value_per_term_year_usd,
    coalesce(staff.people, 0) as staff_people,
    staff.value_12_months_usd as staff_value_12_months_usd,
    staff.value_low_12_months_usd as staff_value_low_12_months_usd,
    staff.value_high_12_months_usd as staff_value_high_12_months_usd,
    case when clubs.is_complete then coalesce(clubs.value_12_months_usd, 0) / nullif(staff.value_12_months_usd, 0) end
        as club_to_staff_ratio,
    coalesce(evangelists.people, 0) as evangelists,
    evangelists.value_per_person_year_usd as evangelist_value_per_person_year_usd,
    evangelists.value_per_person_year_usd
    / nullif(clubs.value_12_months_usd / (nullif(clubs.active_months, 0) / 12.0), 0) as evangelist_to_member_ratio,
    clubs.is_complete,
    clubs.is_settled
from clubs
left join staff on clubs.month = staff.month
left join evangelists on clubs.month = evangelists.month
