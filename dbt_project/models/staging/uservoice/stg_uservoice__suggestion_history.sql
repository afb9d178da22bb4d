with source as (

    select
        _source as source_name,
        cast(id as string) as suggestion_id,
        field,
        value,
        observed_at,
        _load_id as load_id
    from {{ source('raw', 'uservoice__suggestions__history') }}

),

plain as (

    select
        source_name,
        suggestion_id,
        case field
            when 'votes_count' then 'vote_count'
            when 'supporters_count' then 'supporter_count'
            when '_deleted_at' then 'is_deleted'
            else field
        end as field,
        case when field = '_deleted_at' then cast(value is not null as string) else value end as value,
        observed_at,
        load_id
    from source
    where field != 'links'

),

-- The relations of a suggestion are tracked as one JSON object.
link_names as (

    select
        'status' as link,
        'status_id' as field
    union all
    select
        'category' as link,
        'category_id' as field
    union all
    select
        'forum' as link,
        'forum_id' as field
    union all
    select
        'parent_suggestion' as link,
        'parent_suggestion_id' as field

),

relations as (

    select
        source.source_name,
        source.suggestion_id,
        link_names.field,
        {{ json_text_at('source.value', 'link_names.link') }} as value,
        source.observed_at,
        source.load_id,
        row_number() over relation_in_time = 1 as is_first,
        lag({{ json_text_at('source.value', 'link_names.link') }}) over relation_in_time as previous_value
    from source
    cross join link_names
    where source.field = 'links'
    window relation_in_time as (
        partition by source.source_name, source.suggestion_id, link_names.field
        order by source.observed_at, source.load_id
    )

),

changed_relations as (

    select
        source_name,
        suggestion_id,
        field,
        value,
        observed_at,
        load_id
    from relations
    where (is_first and value is not null) or (not is_first and value is distinct from previous_value)

)

select * from plain
union all
select * from changed_relations
