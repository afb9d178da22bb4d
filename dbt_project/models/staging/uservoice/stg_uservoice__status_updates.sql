with source as (

    select * from {{ source('raw', 'uservoice__status_updates') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as status_update_id,
        {{ json_text('links', 'suggestion') }} as suggestion_id,
        {{ json_text('links', 'user') }} as account_id,
        {{ json_text('links', 'old_status') }} as old_status_id,
        {{ json_text('links', 'new_status') }} as new_status_id,

        mail_sent_count,
        mail_opened_count,
        mail_clicked_count,

        {{ json_text_of('supporters_notified') }} not in ('false', '0') as has_notified_supporters,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
