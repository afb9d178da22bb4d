with source as (

    select * from {{ source('raw', 'uservoice__comments') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as comment_id,
        {{ json_text('links', 'suggestion') }} as suggestion_id,
        {{ json_text('links', 'created_by') }} as account_id,

        state,
        channel,

        inappropriate_flags_count as inappropriate_flag_count,

        is_admin_comment,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
