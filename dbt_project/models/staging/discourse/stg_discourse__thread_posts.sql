{% set post = {
    'id': 'varchar',
    'user_id': 'varchar',
    'post_number': 'bigint',
    'post_type': 'integer',
    'username': 'varchar',
    'action_code': 'varchar',
    'actions_summary': [{'id': 'integer', 'count': 'bigint'}],
    'accepted_answer': 'boolean',
    'hidden': 'boolean',
    'user_deleted': 'boolean',
    'deleted_at': 'varchar',
    'created_at': 'varchar',
} %}

with threads as (

    select * from {{ source('raw', 'discourse__threads') }}

),

posts as (

    select
        _source as source_name,
        cast(id as string) as topic_id,
        {{ each_of(json_record('post_stream', {'posts': [post]}) ~ '.posts') }} as post,
        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at
    from threads

),

unpacked as (

    select
        source_name,
        post.id as post_id,
        topic_id,
        post.user_id as account_id,

        post.post_number,
        post.post_type,
        post.username,
        post.action_code,

        coalesce({{ struct_lookup('post.actions_summary', 'id', 2, 'count') }}, 0) as like_count,

        post.accepted_answer as is_accepted_answer,
        coalesce(post.hidden, false) as is_hidden,
        coalesce(post.user_deleted, false) as is_user_deleted,
        post.deleted_at is not null as is_vendor_deleted,

        {{ parse_timestamp('post.created_at') }} as created_at,

        is_deleted,
        extracted_at
    from posts

)

select * from unpacked
