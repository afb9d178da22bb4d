with source as (

    select * from {{ source('raw', 'discourse__posts__history') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as post_id,

        case field
            when 'actions_summary' then 'like_count'
            when 'accepted_answer' then 'is_accepted_answer'
            when 'hidden' then 'is_hidden'
            when 'user_deleted' then 'is_user_deleted'
            when '_deleted_at' then 'is_deleted'
            else field
        end as field,
        case
            when field = '_deleted_at' then cast(value is not null as string)
            when field in ('accepted_answer', 'hidden', 'user_deleted') then coalesce(value, 'false')
            else value
        end as value,

        observed_at,
        _load_id as load_id
    from source

)

select * from renamed
