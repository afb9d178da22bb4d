with source as (

    select * from {{ source('raw', 'zendesk__ticket_metric_events') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as ticket_metric_event_id,
        cast(ticket_id as string) as ticket_id,

        metric,
        type as event_type,

        instance_id as instance_number,
        cast({{ json_text('status', 'calendar') }} as bigint) as calendar_minutes,
        cast({{ json_text('status', 'business') }} as bigint) as business_minutes,
        cast({{ json_text('sla', 'target') }} as bigint) as sla_target_minutes,

        cast({{ json_text('sla', 'business_hours') }} as boolean) as is_sla_business_hours,
        coalesce(deleted, false) as is_withdrawn,

        time as occurred_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
