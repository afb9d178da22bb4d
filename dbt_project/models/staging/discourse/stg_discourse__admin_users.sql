with source as (

    select * from {{ source('raw', 'discourse__admin_users') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as account_id,
        {{ json_text('single_sign_on_record', 'external_id') }} as external_account_id,

        username,
        name as display_name,
        email as email_hash,
        {{ json_names('secondary_emails') }} as other_email_hashes,
        title,

        trust_level,
        try_cast({{ json_text_of('time_read') }} as bigint) as read_seconds,
        days_visited as days_visited_count,
        posts_read_count,
        topics_entered as topics_entered_count,
        post_count,

        admin as is_admin,
        moderator as is_moderator,
        active as is_email_verified,
        staged as is_staged,
        coalesce(suspended, suspended_till > _extracted_at) as is_suspended,
        coalesce(silenced, silenced_till > _extracted_at) as is_silenced,

        created_at,
        last_seen_at,
        suspended_at,
        suspended_till as suspended_until,

        user_fields,
        custom_fields,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
