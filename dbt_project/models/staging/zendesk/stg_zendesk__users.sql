with source as (

    select * from {{ source('raw', 'zendesk__users') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as account_id,
        external_id as external_account_id,
        cast(organization_id as string) as organization_id,
        cast(default_group_id as string) as default_group_id,
        cast(custom_role_id as string) as custom_role_id,

        name as display_name,
        email as email_hash,
        role,
        locale,
        coalesce(iana_time_zone, time_zone) as time_zone,
        {{ json_names('tags') }} as tags,

        active as is_active,
        verified as is_verified,
        suspended as is_suspended,
        moderator as is_moderator,

        created_at,
        updated_at,
        last_login_at as last_seen_at,

        user_fields,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
