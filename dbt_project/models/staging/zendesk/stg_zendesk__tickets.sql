with source as (

    select * from {{ source('raw', 'zendesk__tickets') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as ticket_id,
        external_id as external_ticket_id,
        cast(requester_id as string) as requester_account_id,
        cast(submitter_id as string) as submitter_account_id,
        cast(assignee_id as string) as assignee_account_id,
        cast(organization_id as string) as organization_id,
        cast(group_id as string) as group_id,
        cast(brand_id as string) as brand_id,
        cast(ticket_form_id as string) as ticket_form_id,
        cast(problem_id as string) as problem_id,
        cast(via_followup_source_id as string) as followup_of_ticket_id,

        {{ json_text('via', 'channel') }} as channel,
        type,
        priority,
        status,
        cast(custom_status_id as string) as custom_status_id,
        {{ json_names('tags') }} as tags,
        {{ json_text('satisfaction_rating', 'score') }} as satisfaction_score,

        cast({{ json_text('metric_set', 'reopens') }} as bigint) as reopen_count,
        cast({{ json_text('metric_set', 'replies') }} as bigint) as reply_count,
        cast({{ json_text('metric_set', 'assignee_stations') }} as bigint) as assignee_station_count,
        cast({{ json_text('metric_set', 'group_stations') }} as bigint) as group_station_count,
        cast({{ json_text('metric_set', 'reply_time_in_minutes.calendar') }} as bigint)
            as first_reply_calendar_minutes,
        cast({{ json_text('metric_set', 'reply_time_in_minutes.business') }} as bigint)
            as first_reply_business_minutes,
        cast({{ json_text('metric_set', 'first_resolution_time_in_minutes.calendar') }} as bigint)
            as first_resolution_calendar_minutes,
        cast({{ json_text('metric_set', 'first_resolution_time_in_minutes.business') }} as bigint)
            as first_resolution_business_minutes,
        cast({{ json_text('metric_set', 'full_resolution_time_in_minutes.calendar') }} as bigint)
            as full_resolution_calendar_minutes,
        cast({{ json_text('metric_set', 'full_resolution_time_in_minutes.business') }} as bigint)
            as full_resolution_business_minutes,
        cast({{ json_text('metric_set', 'agent_wait_time_in_minutes.calendar') }} as bigint)
            as agent_wait_calendar_minutes,
        cast({{ json_text('metric_set', 'agent_wait_time_in_minutes.business') }} as bigint)
            as agent_wait_business_minutes,
        cast({{ json_text('metric_set', 'requester_wait_time_in_minutes.calendar') }} as bigint)
            as requester_wait_calendar_minutes,
        cast({{ json_text('metric_set', 'requester_wait_time_in_minutes.business') }} as bigint)
            as requester_wait_business_minutes,
        cast({{ json_text('metric_set', 'on_hold_time_in_minutes.calendar') }} as bigint)
            as on_hold_calendar_minutes,
        cast({{ json_text('metric_set', 'on_hold_time_in_minutes.business') }} as bigint)
            as on_hold_business_minutes,

        is_public,
        has_incidents,

        created_at,
        updated_at,
        {{ from_epoch('generated_timestamp') }} as generated_at,
        due_at,
        {{ parse_timestamp(json_text('metric_set', 'initially_assigned_at')) }} as initially_assigned_at,
        {{ parse_timestamp(json_text('metric_set', 'assigned_at')) }} as assigned_at,
        {{ parse_timestamp(json_text('metric_set', 'solved_at')) }} as solved_at,
        {{ parse_timestamp(json_text('metric_set', 'status_updated_at')) }} as status_updated_at,
        {{ parse_timestamp(json_text('metric_set', 'latest_comment_added_at')) }} as latest_comment_at,

        custom_fields,
        _links as links,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
