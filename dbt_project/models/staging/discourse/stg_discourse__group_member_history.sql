with source as (

    select * from {{ source('raw', 'discourse__group_members__history') }}

),

renamed as (

    select
        _source as source_name,
        cast(_group_id as string) as group_id,
        cast(id as string) as account_id,

        case field
            when '_is_owner' then 'is_owner'
            when '_deleted_at' then 'is_deleted'
            else field
        end as field,
        case when field = '_deleted_at' then cast(value is not null as string) else value end as value,

        observed_at,
        _load_id as load_id
    from source

)

select * from renamed
