with source as (

    select * from {{ source('raw', 'uservoice__supporters') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as supporter_id,
        {{ json_text('links', 'suggestion') }} as suggestion_id,
        {{ json_text('links', 'user') }} as account_id,
        {{ json_text('links', 'created_by') }} as created_by_account_id,

        channel,
        how,

        comments_count as comment_count,
        coalesce(requests_count, feedback_count) as request_count,

        is_subscribed,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
