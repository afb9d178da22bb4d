with

seeded as (

    select * from {{ ref('award_cycles') }}

),

named_programs as (

    select program from seeded
    union
    select program from {{ ref('int_program_terms__dated') }}

),

programs as (

    select program from named_programs
    union all
    select 'experts' as program
    where not exists (select program from named_programs)

),

history as (

    select min({{ local_month('occurred_at') }}) as first_month
    from {{ ref('int_contributions__unioned') }}
    where is_authored

),

-- Without a calendar of its own a program decides each New Year, once the community has a year behind it.
new_years as (

    select
        programs.program,
        cast(extract(year from new_year.month) as string) as cycle,
        new_year.month as cut_off_on
    from programs
    cross join history
    {{ months_from_to(add_months('history.first_month', 12), local_date(as_of()), 'new_year') }}
    left join seeded on programs.program = seeded.program
    where seeded.program is null and extract(month from new_year.month) = 1

),

declared as (

    select
        program,
        cycle,
        cut_off_on,
        coalesce(is_shortlist_published, false) as is_shortlist_published
    from seeded
    union all
    select
        program,
        cycle,
        cut_off_on,
        false as is_shortlist_published
    from new_years

),

cycles as (

    select
        program,
        cycle,
        'cycle:' || cast(cut_off_on as string) as window_key,
        cut_off_on,
        {{ local_midnight('cut_off_on') }} as cut_off_at,
        is_shortlist_published
    from declared
    where {{ local_midnight('cut_off_on') }} <= {{ as_of() }}
    union all
    select
        program,
        'current' as cycle,
        'current' as window_key,
        {{ local_date(as_of()) }} as cut_off_on,
        {{ as_of() }} as cut_off_at,
        false as is_shortlist_published
    from programs

)

select
    program || ':' || cycle as cycle_key,
    program,
    cycle,
    window_key,
    cut_off_on,
    cut_off_at,
    {{ local_midnight(add_months('cut_off_on', -12)) }} as starts_at,
    is_shortlist_published
from cycles
