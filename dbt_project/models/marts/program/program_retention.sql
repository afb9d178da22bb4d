with

terms as (

    select
        *,
        {{ local_date(add_days('ends_at', -1)) }} as last_day
    from {{ ref('program_membership') }}
    where awarded_at is not null and ends_at is not null

),

-- The last cycle named lasts a year, for want of a next one.
cycles as (

    select
        program,
        cycle,
        cut_off_on,
        coalesce(
            lead(cut_off_on) over (partition by program order by cut_off_on, cycle),
            {{ add_months('cut_off_on', 12) }}
        ) as next_cut_off_on
    from {{ ref('award_cycles') }}

),

assigned as (

    select
        terms.term_key,
        terms.program,
        terms.outcome,
        terms.is_in_term,
        coalesce(cycles.cycle, cast(extract(year from terms.last_day) as string)) as cycle,
        coalesce(cycles.cut_off_on, cast(date_trunc('year', terms.last_day) as date)) as cycle_starts_on,
        coalesce(
            cycles.next_cut_off_on,
            {{ add_months("cast(date_trunc('year', terms.last_day) as date)", 12) }}
        ) as cycle_ends_before
    from terms
    left join cycles
        on
            terms.program = cycles.program
            and terms.last_day >= cycles.cut_off_on
            and terms.last_day < cycles.next_cut_off_on

),

counted as (

    select
        program,
        cycle,
        min(cycle_starts_on) as cycle_starts_on,
        max(cycle_ends_before) as cycle_ends_before,
        count(*) filter (where not is_in_term) as due,
        count(*) filter (where outcome = 'renewed') as renewed,
        count(*) filter (where outcome = 'lapsed') as lapsed,
        count(*) filter (where outcome = 'emeritus') as emeritus,
        count(*) filter (where outcome = 'hired') as hired,
        count(*) filter (where outcome in ('declined', 'withdrawn')) as broken_off,
        count(*) filter (where outcome is null and not is_in_term) as not_recorded,
        count(*) filter (where is_in_term) as still_running
    from assigned
    group by program, cycle

)

select
    program,
    cycle,
    cycle_starts_on,
    due,
    renewed,
    lapsed,
    emeritus,
    hired,
    broken_off,
    not_recorded,
    still_running,
    renewed / cast(nullif(due - not_recorded, 0) as double) as renewed_ratio,
    lapsed / cast(nullif(due - not_recorded, 0) as double) as lapsed_ratio,
    {{ local_midnight('cycle_ends_before') }} <= {{ known_until() }} as is_complete
from counted
