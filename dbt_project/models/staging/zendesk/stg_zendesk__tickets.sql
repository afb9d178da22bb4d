{% set minutes = {'calendar': 'bigint', 'business': 'bigint'} %}
{% set metric_set = {
    'reopens': 'bigint',
    'replies': 'bigint',
    'assignee_stations': 'bigint',
    'group_stations': 'bigint',
    'reply_time_in_minutes': minutes,
    'first_resolution_time_in_minutes': minutes,
    'full_resolution_time_in_minutes': minutes,
    'agent_wait_time_in_minutes': minutes,
    'requester_wait_time_in_minutes': minutes,
    'on_hold_time_in_minutes': minutes,
    'initially_assigned_at': 'varchar',
    'assigned_at': 'varchar',
    'solved_at': 'varchar',
    'status_updated_at': 'varchar',
    'latest_comment_added_at': 'varchar',
} %}

with source as (

    select * from {{ source('raw', 'zendesk__tickets') }}

),

measured as (

    select
        *,
        {{ json_record('metric_set', metric_set) }} as measures
    from source

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

        measures.reopens as reopen_count,
        measures.replies as reply_count,
        measures.assignee_stations as assignee_station_count,
        measures.group_stations as group_station_count,
        measures.reply_time_in_minutes.calendar as first_reply_calendar_minutes,
        measures.reply_time_in_minutes.business as first_reply_business_minutes,
        measures.first_resolution_time_in_minutes.calendar as first_resolution_calendar_minutes,
        measures.first_resolution_time_in_minutes.business as first_resolution_business_minutes,
        measures.full_resolution_time_in_minutes.calendar as full_resolution_calendar_minutes,
        measures.full_resolution_time_in_minutes.business as full_resolution_business_minutes,
        measures.agent_wait_time_in_minutes.calendar as agent_wait_calendar_minutes,
        measures.agent_wait_time_in_minutes.business as agent_wait_business_minutes,
        measures.requester_wait_time_in_minutes.calendar as requester_wait_calendar_minutes,
        measures.requester_wait_time_in_minutes.business as requester_wait_business_minutes,
        measures.on_hold_time_in_minutes.calendar as on_hold_calendar_minutes,
        measures.on_hold_time_in_minutes.business as on_hold_business_minutes,

        is_public,
        has_incidents,

        created_at,
        updated_at,
        {{ from_epoch('generated_timestamp') }} as generated_at,
        due_at,
        {{ parse_timestamp('measures.initially_assigned_at') }} as initially_assigned_at,
        {{ parse_timestamp('measures.assigned_at') }} as assigned_at,
        {{ parse_timestamp('measures.solved_at') }} as solved_at,
        {{ parse_timestamp('measures.status_updated_at') }} as status_updated_at,
        {{ parse_timestamp('measures.latest_comment_added_at') }} as latest_comment_at,

        custom_fields,
        _links as links,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from measured

)

select * from renamed
