with

categories as (

    select * from {{ ref('stg_discourse__categories') }}

),

boards as (

    select * from {{ ref('stg_uservoice__forums') }}

),

desk_groups as (

    select * from {{ ref('stg_zendesk__groups') }}

),

listed as (

    select
        source_name,
        category_id as source_record_id,
        'forum category' as kind,
        parent_category_id as parent_record_id,
        coalesce(nullif(trim(name), ''), slug) as name,
        description,
        coalesce(is_read_restricted, false) as is_private,
        is_deleted
    from categories
    union all
    select
        source_name,
        forum_id as source_record_id,
        'idea board' as kind,
        cast(null as string) as parent_record_id,
        name,
        cast(null as string) as description,
        coalesce(is_private, false) as is_private,
        is_deleted
    from boards
    union all
    select
        source_name,
        group_id as source_record_id,
        'support group' as kind,
        cast(null as string) as parent_record_id,
        name,
        description,
        coalesce(not is_public, false) as is_private,
        is_deleted or is_vendor_deleted as is_deleted
    from desk_groups

),

-- Spaces the reader's key cannot list, or that are gone, still hold what was written there.
used as (

    select
        source_name,
        category_id as source_record_id,
        'forum category' as kind
    from {{ ref('stg_discourse__topics') }}
    union
    select
        source_name,
        category_id as source_record_id,
        'forum category' as kind
    from {{ ref('stg_discourse__posts') }}
    union
    select
        source_name,
        category_id as source_record_id,
        'forum category' as kind
    from {{ ref('stg_discourse__threads') }}
    union
    select
        source_name,
        parent_category_id as source_record_id,
        'forum category' as kind
    from categories
    union
    select
        source_name,
        forum_id as source_record_id,
        'idea board' as kind
    from {{ ref('stg_uservoice__suggestions') }}
    union
    select
        source_name,
        group_id as source_record_id,
        'support group' as kind
    from {{ ref('stg_zendesk__tickets') }}

),

unlisted as (

    select
        used.source_name,
        used.source_record_id,
        used.kind,
        cast(null as string) as parent_record_id,
        cast(null as string) as name,
        cast(null as string) as description,
        cast(null as boolean) as is_private,
        false as is_deleted
    from used
    left join listed
        on
            used.source_name = listed.source_name
            and used.source_record_id = listed.source_record_id
    where used.source_record_id is not null and listed.source_record_id is null

),

unioned as (

    select * from listed
    union all
    select * from unlisted

)

select
    unioned.source_name || ':' || unioned.source_record_id as space_key,
    unioned.source_name,
    unioned.source_record_id,
    unioned.kind,
    unioned.source_name || ':' || unioned.parent_record_id as parent_space_key,
    coalesce(
        unioned.name,
        upper(substr(unioned.kind, 1, 1)) || substr(unioned.kind, 2) || ' ' || unioned.source_record_id
    ) as name,
    unioned.description,
    coalesce(space_rules.is_support, true) as is_support,
    unioned.is_private,
    unioned.is_deleted
from unioned
left join {{ ref('spaces') }} as space_rules
    on
        unioned.source_name = space_rules.source_name
        and unioned.source_record_id = space_rules.source_record_id
