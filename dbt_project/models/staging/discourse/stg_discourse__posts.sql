{% set action = {'id': 'integer', 'count': 'bigint'} %}

with source as (

    select * from {{ source('raw', 'discourse__posts') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as post_id,
        cast(topic_id as string) as topic_id,
        cast(category_id as string) as category_id,
        cast(user_id as string) as account_id,

        post_number,
        reply_to_post_number,
        topic_title,
        topic_slug,
        username,
        name as display_name,
        user_title as author_title,
        primary_group_name,
        action_code,
        locale,

        post_type,
        version,
        coalesce({{ struct_lookup(json_record('actions_summary', [action]), 'id', 2, 'count') }}, 0)
            as like_count,
        reaction_users_count as reaction_count,
        reply_count,
        quote_count,
        incoming_link_count,
        reads as read_count,
        score,
        trust_level as author_trust_level,

        accepted_answer as is_accepted_answer,
        coalesce(hidden, false) as is_hidden,
        coalesce(user_deleted, false) as is_user_deleted,
        deleted_at is not null as is_vendor_deleted,
        admin as is_author_admin,
        moderator as is_author_moderator,
        coalesce(user_suspended, false) as is_author_suspended,
        wiki as is_wiki,
        coalesce(via_email, false) as is_via_email,

        created_at,
        updated_at,
        deleted_at,

        reactions,
        link_counts,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
