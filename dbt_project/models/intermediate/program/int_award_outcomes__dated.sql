-- The awards that followed a cycle: those of the twelve months after its cut-off, once these are over.
with

cycles as (

    select
        *,
        {{ local_midnight(add_months('cut_off_on', 12)) }} as judged_at
    from {{ ref('int_award_cycles__dated') }}
    where
        cycle != 'current'
        and {{ local_midnight(add_months('cut_off_on', 12)) }} <= {{ known_until() }}

),

terms as (

    select * from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null

),

awards as (

    select
        cycles.cycle_key,
        terms.member_key,
        terms.expertise_area,
        terms.term_number = 1 as is_first
    from cycles
    inner join terms
        on
            cycles.program = terms.program
            and cycles.cut_off_at <= terms.awarded_at
            and cycles.judged_at > terms.awarded_at

),

in_areas as (

    select distinct
        cycle_key,
        expertise_area,
        member_key,
        is_first
    from awards
    where expertise_area is not null
    union all
    select distinct
        cycle_key,
        'all' as expertise_area,
        member_key,
        is_first
    from awards

)

select
    cycle_key || ':' || expertise_area || ':' || member_key || ':' || case when is_first then 'first' else 'renewal' end
        as award_key,
    cycle_key,
    expertise_area,
    member_key,
    is_first
from in_areas
