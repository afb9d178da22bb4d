-- Where a ticket names a forum topic: links in its words, tags and fields.
with

details as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

rules as (

    select
        source_name,
        match_kind,
        forum_source,
        case match_kind when 'field' then match_value else lower(match_value) end as match_value
    from {{ ref('forum_answer_marks') }}

),

links as (

    select
        events.source_name,
        events.ticket_id,
        events.updater_account_id as account_id,
        events.occurred_at as linked_at,
        {{ json_text_of('link.item') }} as url
    from {{ ref('stg_zendesk__ticket_events') }} as events
    {{ unnest_json('events.links', 'link') }}
    where events.occurred_at <= {{ as_of() }} and not events.is_deleted
    union all
    select
        details.source_name,
        details.ticket_id,
        details.submitter_account_id as account_id,
        details.created_at as linked_at,
        {{ json_text_of('link.item') }} as url
    from details
    {{ unnest_json('details.links', 'link') }}

),

tags as (

    select
        details.source_name,
        details.ticket_id,
        lower(tag.item) as tag
    from details
    {{ unnest_list('details.tags', 'tag') }}

),

fields as (

    select
        details.source_name,
        details.ticket_id,
        {{ json_text('field.item', 'id') }} as field_id,
        {{ json_text('field.item', 'value') }} as value
    from details
    {{ unnest_json('details.custom_fields', 'field') }}

)

select
    source_name,
    ticket_id,
    1 as turn,
    'link' as basis,
    account_id,
    linked_at,
    cast(null as string) as forum_source,
    {{ topic_id_of_url('url') }} as topic_id,
    {{ topic_slug_of_url('url') }} as slug
from links
where {{ topic_id_of_url('url') }} is not null
union
select
    fields.source_name,
    fields.ticket_id,
    2 as turn,
    'field' as basis,
    cast(null as string) as account_id,
    cast(null as timestamptz) as linked_at,
    rules.forum_source,
    coalesce({{ topic_id_of_url('fields.value') }}, cast(try_cast(fields.value as bigint) as string)) as topic_id,
    {{ topic_slug_of_url('fields.value') }} as slug
from fields
inner join rules
    on
        rules.match_kind = 'field'
        and fields.field_id = rules.match_value
        and rules.source_name in (fields.source_name, '*')
where fields.value is not null
union
select
    tags.source_name,
    tags.ticket_id,
    3 as turn,
    'tag' as basis,
    cast(null as string) as account_id,
    cast(null as timestamptz) as linked_at,
    rules.forum_source,
    case
        when rules.match_kind = 'tag_prefix'
            then cast(try_cast(substr(tags.tag, length(rules.match_value) + 1) as bigint) as string)
    end as topic_id,
    cast(null as string) as slug
from tags
inner join rules
    on
        rules.source_name in (tags.source_name, '*')
        and (
            (rules.match_kind = 'tag' and tags.tag = rules.match_value)
            or (
                rules.match_kind = 'tag_prefix'
                and starts_with(tags.tag, rules.match_value)
                and try_cast(substr(tags.tag, length(rules.match_value) + 1) as bigint) is not null
            )
        )
