with

rules as (

    select * from {{ ref('expertise_areas') }}

),

space_areas as (

    select
        space_areas.expertise_area,
        spaces.name,
        spaces.space_key
    from {{ ref('int_space_areas__mapped') }} as space_areas
    inner join {{ ref('int_spaces__unioned') }} as spaces on space_areas.space_key = spaces.space_key

),

-- Program terms and talks may name an area that no space leads to.
names as (

    select expertise_area from rules
    union
    select expertise_area from space_areas
    union
    select expertise_area from {{ ref('int_program_terms__dated') }}
    union
    select expertise_area from {{ ref('int_contributions__unioned') }}

),

ruled as (

    select
        expertise_area,
        count(*) as rules,
        string_agg(distinct match_value, ', ' order by match_value) filter (where match_kind = 'tag') as tags
    from rules
    group by expertise_area

),

spaces as (

    select
        expertise_area,
        count(*) as spaces,
        string_agg(name, ', ' order by name, space_key) as space_names
    from space_areas
    group by expertise_area

),

-- What was deleted is not in it: a vendor tells nobody of a topic deleted before it was first read.
standing as (

    select
        'topic' as subject_kind,
        topic_key as subject_key
    from {{ ref('int_topics__answered') }}
    union all
    select
        'request' as subject_kind,
        request_key as subject_key
    from {{ ref('int_requests__staged') }}
    union all
    select
        'ticket' as subject_kind,
        ticket_key as subject_key
    from {{ ref('int_tickets__unioned') }}
    where not is_deleted

),

subjects as (

    select
        areas.expertise_area,
        count(*) filter (where standing.subject_kind = 'topic') as topics,
        count(*) filter (where standing.subject_kind = 'request') as requests,
        count(*) filter (where standing.subject_kind = 'ticket') as tickets
    from standing
    inner join {{ ref('int_subject_areas__mapped') }} as areas
        on
            standing.subject_kind = areas.subject_kind
            and standing.subject_key = areas.subject_key
    group by areas.expertise_area

)

select
    names.expertise_area,
    case
        when ruled.expertise_area is not null then 'rule'
        when spaces.expertise_area is not null then 'space name'
        else 'named elsewhere'
    end as basis,
    coalesce(ruled.rules, 0) as rules,
    coalesce(spaces.spaces, 0) as spaces,
    spaces.space_names,
    ruled.tags,
    coalesce(subjects.topics, 0) as topics,
    coalesce(subjects.requests, 0) as requests,
    coalesce(subjects.tickets, 0) as tickets
from names
left join ruled on names.expertise_area = ruled.expertise_area
left join spaces on names.expertise_area = spaces.expertise_area
left join subjects on names.expertise_area = subjects.expertise_area
where names.expertise_area is not null
