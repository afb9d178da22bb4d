-- Of those at the top of a list, how many got their first award in the twelve months after.
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

    select * from {{ ref('int_award_outcomes__dated') }}

),

awarded_before as (

    select distinct
        cycles.cycle_key,
        terms.member_key
    from cycles
    inner join terms
        on
            cycles.program = terms.program
            and cycles.cut_off_at > terms.awarded_at

),

-- Who has had the award before can have no first one: renewals are another question.
listed as (

    select
        cycles.cycle_key,
        scores.expertise_area,
        scores.member_key,
        scores.score,
        cast(scores.posts as double) as posts,
        scores.points,
        scores.te_thirds
    from cycles
    inner join {{ ref('int_award_scores__computed') }} as scores
        on
            cycles.program = scores.program
            and cycles.cycle = scores.cycle
    left join awarded_before
        on
            cycles.cycle_key = awarded_before.cycle_key
            and scores.member_key = awarded_before.member_key
    where scores.pool_kind = 'cycle' and scores.is_eligible and awarded_before.member_key is null

),

placed as (
    {% for ranking in ['score', 'posts', 'points'] -%}
    {{ 'union all' if not loop.first else '' }}
    select
        'by {{ ranking }}' as ranking,
        cycle_key,
        expertise_area,
        member_key,
        row_number() over (
            partition by cycle_key, expertise_area
            order by {{ ranking }} desc, te_thirds desc, member_key asc
        ) as list_position
    from listed
    {% endfor %}
),

totals as (

    select
        cycle_key,
        expertise_area,
        count(*) filter (where is_first) as first_awards,
        count(*) filter (where not is_first) as renewals
    from awards
    group by cycle_key, expertise_area

),

areas as (

    select
        cycle_key,
        expertise_area
    from listed
    union
    select
        cycle_key,
        expertise_area
    from totals

),

rankings as (

    select 'by score' as ranking
    union all
    select 'by posts' as ranking
    union all
    select 'by points' as ranking

),

sizes as (

    select 'awards made' as k_kind
    union all
    select 'ten' as k_kind

),

cases as (

    select
        cycles.cycle_key,
        cycles.program,
        cycles.cycle,
        cycles.cut_off_on,
        cycles.is_shortlist_published,
        areas.expertise_area,
        rankings.ranking,
        sizes.k_kind,
        case sizes.k_kind when 'ten' then 10 else coalesce(totals.first_awards, 0) end as k,
        coalesce(totals.first_awards, 0) as first_awards,
        coalesce(totals.renewals, 0) as renewals
    from cycles
    inner join areas on cycles.cycle_key = areas.cycle_key
    cross join rankings
    cross join sizes
    left join totals
        on
            areas.cycle_key = totals.cycle_key
            and areas.expertise_area = totals.expertise_area

)

select
    cases.cycle_key || ':' || cases.expertise_area || ':' || cases.ranking || ':' || cases.k_kind as backtest_key,
    cases.program,
    cases.cycle,
    cases.cut_off_on,
    cases.is_shortlist_published,
    cases.expertise_area,
    cases.ranking,
    cases.k_kind,
    cast(cases.k as integer) as k,
    cases.first_awards,
    cases.renewals,
    count(placed.member_key) as eligible,
    count(placed.member_key) filter (where hits.member_key is not null) as first_awards_eligible,
    count(placed.member_key) filter (where placed.list_position <= cases.k) as listed,
    count(placed.member_key) filter (where placed.list_position <= cases.k and hits.member_key is not null) as hits
from cases
left join placed
    on
        cases.cycle_key = placed.cycle_key
        and cases.expertise_area = placed.expertise_area
        and cases.ranking = placed.ranking
left join awards as hits
    on
        placed.cycle_key = hits.cycle_key
        and placed.expertise_area = hits.expertise_area
        and placed.member_key = hits.member_key
        and hits.is_first
group by
    cases.cycle_key, cases.program, cases.cycle, cases.cut_off_on, cases.is_shortlist_published, cases.expertise_area,
    cases.ranking, cases.k_kind, cases.k, cases.first_awards, cases.renewals
