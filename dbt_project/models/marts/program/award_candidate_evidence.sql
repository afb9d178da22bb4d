with

items as (

    select * from {{ ref('int_award_evidence__gathered') }}

),

candidates as (

    select * from {{ ref('int_award_scores__computed') }}
    where pool_kind = 'cycle' and expertise_area != 'all' and list_position <= 25

),

members as (

    select * from {{ ref('dim_member') }}

),

told as (

    select
        items.candidate_key,
        items.part,
        items.item_position,
        items.item_position = 0 as is_summary,
        items.what,
        items.title,
        items.topic_key,
        items.occurred_at,
        items.counts,
        cast(null as double) as part_ratio,
        cast(null as double) as score_points,
        {{ day_text(local_date('items.occurred_at')) }} || ': '
        || case items.what
            when 'accepted answer' then 'answer accepted in “' || items.title || '”'
            when 'liked reply'
                then 'reply with ' || {{ count_text('items.likes', 'like') }} || ' in “' || items.title || '”'
            when 'person helped'
                then 'helped ' || coalesce(askers.display_name, 'someone') || ' with “' || items.title || '”'
            when 'active month'
                then {{ count_text('items.counts', 'contribution') }} || ' in the month from this day on'
            when 'bug report' then 'reported a bug that was confirmed'
            when 'completed request' then 'asked for “' || items.title || '”, which was built'
            else items.what || ' “' || items.title || '”'
        end
        || '.' as sentence
    from items
    left join members as askers on items.other_member_key = askers.member_key

),

{%- set parts = [
    ('help', 'te_thirds / 3.0', 'best_te_thirds / 3.0', 'ticket equivalents', 1),
    ('reach', 'people_helped', 'best_people_helped', 'people helped', 0),
    ('quality', '100 * smoothed_accept_ratio', '100 * best_smoothed_accept_ratio',
        '% of answers accepted, with ten of the average beside them', 0),
    ('consistency', 'active_months', '12', 'active months of 12', 0),
    ('sharing', 'sharing_points', 'best_sharing_points', 'points for what they shared', 0),
] %}

summaries as (
    {% for part, amount, best, unit, digits in parts -%}
    {{ 'union all' if not loop.first else '' }}
    select
        candidate_key,
        '{{ part }}' as part,
        0 as item_position,
        true as is_summary,
        '{{ unit }}' as what,
        cast(null as string) as title,
        cast(null as string) as topic_key,
        cast(null as timestamptz) as occurred_at,
        cast({{ amount }} as double) as counts,
        {{ part }}_part as part_ratio,
        {{ part }}_weight * {{ part }}_part as score_points,
        {{ number_text(amount, digits) }} || ' {{ unit }}'
        || coalesce('; the most is ' || {{ number_text(best, digits) }}, '')
        || coalesce(
            ': ' || {{ number_text(part ~ '_weight * ' ~ part ~ '_part', 1) }} || ' of '
            || {{ number_text(part ~ '_weight') }} || ' points', ''
        )
        || '.' as sentence
    from candidates
    {% endfor %}
),

evidence as (

    select * from told
    union all
    select * from summaries

)

select
    evidence.candidate_key || ':' || evidence.part || ':' || cast(evidence.item_position as string) as evidence_key,
    candidates.program || ':' || candidates.cycle || ':' || candidates.expertise_area || ':' || candidates.member_key
        as candidate_key,
    candidates.program,
    candidates.cycle,
    candidates.expertise_area,
    candidates.member_key,
    members.display_name,
    candidates.is_eligible,
    candidates.list_position,
    evidence.part,
    evidence.item_position,
    evidence.is_summary,
    evidence.what,
    evidence.title,
    evidence.topic_key,
    evidence.occurred_at,
    evidence.counts,
    evidence.part_ratio,
    evidence.score_points,
    evidence.sentence
from evidence
inner join candidates on evidence.candidate_key = candidates.candidate_key
inner join members on candidates.member_key = members.member_key
