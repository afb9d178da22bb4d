with source as (

    select * from {{ source('raw', 'uservoice__external_accounts') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as organization_id,
        external_id as external_organization_id,

        name,
        plan,

        cast(mrr_cents as double) / 100 as monthly_revenue_usd,
        cast(ltv_cents as double) / 100 as lifetime_value_usd,
        users_count as user_count,
        supported_ideas_count as supported_suggestion_count,
        requests_count as request_count,

        external_created_at,
        created_at,
        updated_at,
        last_active_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
