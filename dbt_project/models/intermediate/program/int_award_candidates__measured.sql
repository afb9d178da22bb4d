-- Who is weighed against whom: the people of a cycle, area by area, and the program's members of a settled year.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

work as (

    select * from {{ ref('int_award_work__measured') }}

),

area_rates as (

    select
        window_key,
        expertise_area,
        sum(accepted_answers) / nullif(cast(sum(answers) as double), 0) as accept_ratio
    from work
    group by window_key, expertise_area

),

active_months as (

    select
        window_key,
        member_key,
        count(*) as active_months
    from {{ ref('int_award_months__measured') }}
    group by window_key, member_key

),

staff_then as (

    select distinct
        windows.window_key,
        staff_periods.member_key
    from windows
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            windows.ends_at > staff_periods.starts_at
            and windows.ends_at <= staff_periods.ends_at

),

people as (

    select
        work.*,
        windows.starts_at,
        windows.ends_at,
        windows.ruled_on,
        area_rates.accept_ratio as area_accept_ratio,
        firsts.first_contribution_at,
        coalesce(active_months.active_months, 0) as active_months
    from work
    inner join windows on work.window_key = windows.window_key
    inner join area_rates
        on
            work.window_key = area_rates.window_key
            and work.expertise_area = area_rates.expertise_area
    left join {{ ref('int_award_firsts__dated') }} as firsts
        on
            work.window_key = firsts.window_key
            and work.member_key = firsts.member_key
    left join active_months
        on
            work.window_key = active_months.window_key
            and work.member_key = active_months.member_key
    left join staff_then
        on
            work.window_key = staff_then.window_key
            and work.member_key = staff_then.member_key
    where
        staff_then.member_key is null
        and (work.answers > 0 or work.te_thirds > 0 or work.area_sharing_points > 0)

),

in_term as (

    select distinct
        cycles.cycle_key,
        terms.member_key
    from {{ ref('int_award_cycles__dated') }} as cycles
    inner join {{ ref('int_program_terms__dated') }} as terms
        on
            cycles.program = terms.program
            and cycles.cut_off_at > terms.starts_at
            and cycles.cut_off_at < terms.ends_at

),

weighed as (

    select
        'cycle' as pool_kind,
        cycles.program,
        cycles.cycle,
        people.*,
        cast(null as integer) as term_days,
        in_term.member_key is not null as is_in_term,
        coalesce(people.first_contribution_at <= people.starts_at, false) as has_a_year,
        people.active_months >= 6 as is_regular
    from {{ ref('int_award_cycles__dated') }} as cycles
    inner join people on cycles.window_key = people.window_key
    left join in_term
        on
            cycles.cycle_key = in_term.cycle_key
            and people.member_key = in_term.member_key
    union all
    select
        'year' as pool_kind,
        term_days.program,
        substr(people.window_key, 6) as cycle,
        people.*,
        term_days.term_days,
        true as is_in_term,
        true as has_a_year,
        true as is_regular
    from {{ ref('int_award_term_days__counted') }} as term_days
    inner join people
        on
            term_days.window_key = people.window_key
            and term_days.member_key = people.member_key
    -- Half a year: the shortest six months running have 181 days.
    where people.expertise_area = 'all' and term_days.term_days >= 181

),

judged as (

    select
        *,
        pool_kind = 'year' or (has_a_year and is_regular and not is_in_term) as is_eligible
    from weighed

)

select
    pool_kind || ':' || program || ':' || cycle || ':' || expertise_area || ':' || member_key as candidate_key,
    pool_kind,
    program,
    cycle,
    window_key,
    ends_at as cut_off_at,
    ruled_on,
    expertise_area,
    member_key,
    posts,
    answers,
    accepted_answers,
    likes_received,
    te_thirds,
    people_helped,
    points,
    sharing_points,
    area_accept_ratio,
    first_contribution_at,
    active_months,
    term_days,
    is_in_term,
    is_eligible,
    case
        when not is_eligible
            then concat_ws(
                '; ',
                case when is_in_term then 'in term' end,
                case when not has_a_year then 'first contribution less than 12 months before' end,
                case when not is_regular then 'active in fewer than 6 of 12 months' end
            )
    end as ineligible_reason,
    case when is_observed then 'observed' else 'current' end as basis
from judged
where is_eligible or te_thirds > 0
