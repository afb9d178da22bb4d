with threads as (

    select * from {{ source('raw', 'discourse__threads') }}

),

unpacked as (

    select
        threads._source as source_name,
        {{ json_text('post.item', 'id') }} as post_id,
        cast(threads.id as string) as topic_id,
        {{ json_text('post.item', 'user_id') }} as account_id,

        cast({{ json_text('post.item', 'post_number') }} as bigint) as post_number,
        cast({{ json_text('post.item', 'post_type') }} as integer) as post_type,
        {{ json_text('post.item', 'username') }} as username,
        {{ json_text('post.item', 'action_code') }} as action_code,

        coalesce(
            cast({{ json_lookup(json_member('post.item', 'actions_summary'), 'id', '2', 'count') }} as bigint), 0
        ) as like_count,

        cast({{ json_text('post.item', 'accepted_answer') }} as boolean) as is_accepted_answer,
        coalesce(cast({{ json_text('post.item', 'hidden') }} as boolean), false) as is_hidden,
        coalesce(cast({{ json_text('post.item', 'user_deleted') }} as boolean), false) as is_user_deleted,
        {{ json_text('post.item', 'deleted_at') }} is not null as is_vendor_deleted,

        {{ parse_timestamp(json_text('post.item', 'created_at')) }} as created_at,

        threads._deleted_at is not null as is_deleted,
        threads._extracted_at as extracted_at
    from threads
    {{ unnest_json(json_member('threads.post_stream', 'posts'), 'post') }}

)

select * from unpacked
