-- The fewest people who make half of what an area lives on (CHAOSS), over the last twelve months.
{%- set a_year_ago = local_midnight(add_months(local_date(as_of()), -12)) %}
with

contributions as (

    select * from {{ ref('int_contributions__unioned') }}
    where expertise_area is not null and occurred_at >= {{ a_year_ago }}

),

bots as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where role = 'bot'

),

by_person as (

    select
        contributions.expertise_area,
        contributions.member_key,
        count(*) filter (where contributions.is_authored) as contributions,
        count(*) filter (where contributions.is_answer) as answers,
        count(*) filter (where contributions.is_answer and not contributions.is_staff_at_time) as member_answers
    from contributions
    left join bots on contributions.member_key = bots.member_key
    where bots.member_key is null
    group by contributions.expertise_area, contributions.member_key

),

measures as (
    {% for measure in ['contributions', 'answers', 'member_answers'] -%}
    {{ 'union all' if not loop.first else '' }}
    select
        '{{ measure }}' as measure,
        expertise_area,
        member_key,
        {{ measure }} as quantity
    from by_person
    where {{ measure }} > 0
    {% endfor %}
),

placed as (

    select
        *,
        {{ is_among_fewest_holding(50, 'quantity', 'measure, expertise_area', 'member_key') }} as is_among_fewest
    from measures

)

select
    measure || ':' || expertise_area as absence_key,
    measure,
    expertise_area,
    count(*) as people,
    cast(sum(quantity) as bigint) as quantity,
    count(*) filter (where is_among_fewest) as absence_factor
from placed
group by measure, expertise_area
