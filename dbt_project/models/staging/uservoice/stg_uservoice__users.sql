with source as (

    select * from {{ source('raw', 'uservoice__users') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as account_id,
        guid as external_account_id,
        {{ json_names(json_member('links', 'teams')) }} as team_ids,

        name as display_name,
        email_address as email_hash,
        state,
        job_title,
        country,
        region,

        satisfaction_score,
        supported_suggestions_count as supported_suggestion_count,

        is_admin,
        is_owner,
        email_confirmed as is_email_verified,

        created_at,
        updated_at,
        last_login as last_seen_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
