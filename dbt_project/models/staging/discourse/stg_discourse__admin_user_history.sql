with source as (

    select * from {{ source('raw', 'discourse__admin_users__history') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as account_id,

        case field
            when 'admin' then 'is_admin'
            when 'moderator' then 'is_moderator'
            when 'suspended' then 'is_suspended'
            when '_deleted_at' then 'is_deleted'
            else field
        end as field,
        case when field = '_deleted_at' then cast(value is not null as string) else value end as value,

        observed_at,
        _load_id as load_id
    from source

)

select * from renamed
