-- What people talk about, by the mark that tells most: a tag before a category or group, before the space.
with

topics as (

    select * from {{ ref('int_topics__unioned') }}

),

requests as (

    select
        source_name,
        suggestion_id,
        forum_id,
        category_id,
        label_ids
    from {{ ref('stg_uservoice__suggestions') }}
    where created_at <= {{ as_of() }}

),

labels as (

    select * from {{ ref('stg_uservoice__labels') }}

),

tickets as (

    select
        source_name,
        ticket_id,
        group_id,
        tags
    from {{ ref('stg_zendesk__tickets') }}
    where created_at <= {{ as_of() }}

),

rules as (

    select
        expertise_area,
        source_name,
        match_kind,
        case match_kind when 'tag' then lower(match_value) else match_value end as match_value,
        case match_kind when 'tag' then 1 else 2 end as turn
    from {{ ref('expertise_areas') }}
    where match_kind in ('tag', 'category')

),

marks as (

    select
        topics.source_name,
        topics.topic_key as subject_key,
        'tag' as match_kind,
        lower(tag.item) as match_value
    from topics
    {{ unnest_list('topics.tags', 'tag') }}
    union all
    select
        requests.source_name,
        requests.source_name || ':' || requests.suggestion_id as subject_key,
        'tag' as match_kind,
        lower(labels.name) as match_value
    from requests
    {{ unnest_list('requests.label_ids', 'label') }}
    inner join labels
        on
            requests.source_name = labels.source_name
            and label.item = labels.label_id
    union all
    select
        source_name,
        source_name || ':' || suggestion_id as subject_key,
        'category' as match_kind,
        category_id as match_value
    from requests
    where category_id is not null
    union all
    select
        tickets.source_name,
        tickets.source_name || ':' || tickets.ticket_id as subject_key,
        'tag' as match_kind,
        lower(tag.item) as match_value
    from tickets
    {{ unnest_list('tickets.tags', 'tag') }}

),

marked as (

    select
        marks.subject_key,
        min_by(rules.expertise_area, (rules.turn, rules.source_name = '*', rules.expertise_area)) as expertise_area
    from marks
    inner join rules
        on
            marks.match_kind = rules.match_kind
            and marks.match_value = rules.match_value
            and rules.source_name in (marks.source_name, '*')
    group by marks.subject_key

),

subjects as (

    select
        'topic' as subject_kind,
        topic_key as subject_key,
        space_key
    from topics
    union all
    select
        'request' as subject_kind,
        source_name || ':' || suggestion_id as subject_key,
        source_name || ':' || forum_id as space_key
    from requests
    union all
    select
        'ticket' as subject_kind,
        source_name || ':' || ticket_id as subject_key,
        source_name || ':' || group_id as space_key
    from tickets

)

select
    subjects.subject_kind,
    subjects.subject_key,
    coalesce(marked.expertise_area, space_areas.expertise_area) as expertise_area
from subjects
left join marked on subjects.subject_key = marked.subject_key
left join {{ ref('int_space_areas__mapped') }} as space_areas on subjects.space_key = space_areas.space_key
where coalesce(marked.expertise_area, space_areas.expertise_area) is not null
