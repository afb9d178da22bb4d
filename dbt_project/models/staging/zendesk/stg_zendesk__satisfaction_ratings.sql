with source as (

    select * from {{ source('raw', 'zendesk__satisfaction_ratings') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as satisfaction_rating_id,
        cast(ticket_id as string) as ticket_id,
        cast(requester_id as string) as requester_account_id,
        cast(assignee_id as string) as assignee_account_id,
        cast(group_id as string) as group_id,
        cast(reason_id as string) as reason_id,

        score,
        reason,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
