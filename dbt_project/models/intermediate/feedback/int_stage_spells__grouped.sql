-- Each spell in the groups it is counted in: its segment and `all`, the year it began in and `all`.
with

spells as (

    select
        spell_key,
        stage,
        segment,
        {{ local_year('entered_at') }} as entry_year
    from {{ ref('int_request_stage_spells__dated') }}

),

by_segment as (

    select
        spell_key,
        stage,
        segment,
        entry_year
    from spells
    union all
    select
        spell_key,
        stage,
        'all' as segment,
        entry_year
    from spells

)

select
    spell_key,
    stage,
    segment,
    'all' as period
from by_segment
union all
-- A spell that began nobody knows when belongs to no year.
select
    spell_key,
    stage,
    segment,
    entry_year as period
from by_segment
where entry_year is not null
