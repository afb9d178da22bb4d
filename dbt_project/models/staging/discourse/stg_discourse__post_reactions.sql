with posts as (

    select * from {{ source('raw', 'discourse__posts') }}

),

unpacked as (

    select
        posts._source as source_name,
        cast(posts.id as string) as post_id,
        {{ json_text('reaction.item', 'id') }} as reaction,
        cast({{ json_text('reaction.item', 'count') }} as bigint) as reaction_count,
        posts._deleted_at is not null as is_deleted,
        posts._extracted_at as extracted_at
    from posts
    {{ unnest_json('posts.reactions', 'reaction') }}

)

select * from unpacked
