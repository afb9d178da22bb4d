with

value_by_group as (

    select * from {{ ref('contribution_value_by_group') }}

),

calendar as (

    select distinct
        month,
        is_complete,
        is_settled
    from value_by_group

),

-- Who changes tier within a month holds one seat of the program all the same.
seats as (

    select
        program,
        month,
        count(distinct member_key) as seats
    from {{ ref('int_member_seats__dated') }}
    where standing = 'program'
    group by program, month

),

sums as (

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

programs as (

    select
        program,
        min(month) as first_month
    from seats
    group by program

),

club_months as (

    select
        programs.program,
        calendar.month,
        calendar.is_complete,
        calendar.is_settled,
        coalesce(seats.seats, 0) as seats,
        coalesce(sums.people, 0) as people,
        coalesce(sums.value_thirds_usd, 0) as value_thirds_usd,
        coalesce(sums.value_thirds_low_usd, 0) as value_thirds_low_usd,
        coalesce(sums.value_thirds_high_usd, 0) as value_thirds_high_usd
    from programs
    inner join calendar on programs.first_month <= calendar.month
    left join seats
        on
            programs.program = seats.program
            and calendar.month = seats.month
    left join sums
        on
            programs.program = sums.program
            and calendar.month = sums.month

),

club_years as (

    select
        *,
        sum(seats) over last_year as seat_months,
        sum(people) over last_year as member_months,
        cast(sum(value_thirds_usd) over last_year as double) / 3 as value_12_months_usd,
        cast(sum(value_thirds_low_usd) over last_year as double) / 3 as value_low_12_months_usd,
        cast(sum(value_thirds_high_usd) over last_year as double) / 3 as value_high_12_months_usd
    from club_months
    window last_year as (partition by program order by month rows between 11 preceding and current row)

),

staff as (

    select * from value_by_group
    where standing = 'staff'

),

evangelists as (

    select * from value_by_group
    where standing = 'evangelist'

),

clubs as (

    select
        program,
        month,
        seats,
        people,
        cast(value_thirds_usd as double) / 3 as value_usd,
        case when is_complete then value_12_months_usd end as value_12_months_usd,
        case when is_complete then value_low_12_months_usd end as value_low_12_months_usd,
        case when is_complete then value_high_12_months_usd end as value_high_12_months_usd,
        case when is_complete then value_12_months_usd / (nullif(member_months, 0) / 12.0) end
            as value_per_person_year_usd,
        case when is_complete then value_12_months_usd / (nullif(seat_months, 0) / 12.0) end as value_per_seat_year_usd,
        is_complete,
        is_settled
    from club_years

)

select
    clubs.program,
    clubs.month,
    clubs.seats,
    clubs.people,
    clubs.value_usd,
    clubs.value_12_months_usd,
    clubs.value_low_12_months_usd,
    clubs.value_high_12_months_usd,
    clubs.value_per_person_year_usd,
    clubs.value_per_seat_year_usd,
    coalesce(staff.people, 0) as staff_people,
    staff.value_12_months_usd as staff_value_12_months_usd,
    staff.value_low_12_months_usd as staff_value_low_12_months_usd,
    staff.value_high_12_months_usd as staff_value_high_12_months_usd,
    clubs.value_12_months_usd / nullif(staff.value_12_months_usd, 0) as club_to_staff_ratio,
    coalesce(evangelists.people, 0) as evangelists,
    evangelists.value_per_person_year_usd as evangelist_value_per_person_year_usd,
    evangelists.value_per_seat_year_usd as evangelist_value_per_seat_year_usd,
    evangelists.value_per_person_year_usd / nullif(clubs.value_per_person_year_usd, 0) as evangelist_to_member_ratio,
    evangelists.value_per_seat_year_usd / nullif(clubs.value_per_seat_year_usd, 0) as evangelist_to_seat_ratio,
    clubs.is_complete,
    clubs.is_settled
from clubs
left join staff on clubs.month = staff.month
left join evangelists on clubs.month = evangelists.month
