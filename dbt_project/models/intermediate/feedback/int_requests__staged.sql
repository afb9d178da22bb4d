with

requests as (

    select * from {{ ref('int_requests__unioned') }}

),

stages as (

    select * from {{ ref('int_request_stages__mapped') }}

),

milestones as (

    select * from {{ ref('int_request_milestones__dated') }}

),

-- Requests seen by as_of, with the status they were last seen in; none if they had none.
statuses_then as (

    select
        source_name || ':' || suggestion_id as request_key,
        max_by(
            coalesce(value, ''), case when field = 'status_id' then (observed_at, load_id) end
        ) as status_id
    from {{ ref('stg_uservoice__suggestion_history') }}
    where observed_at <= {{ as_of() }}
    group by source_name, suggestion_id

),

updated_later as (

    select distinct source_name || ':' || suggestion_id as request_key
    from {{ ref('stg_uservoice__status_updates') }}
    where created_at > {{ as_of() }} and not is_deleted

),

current_stages as (

    select
        requests.*,
        stages.vendor_status as vendor_status_now,
        coalesce(stages.stage, 'submitted') as stage_now,
        case
            when requests.extracted_at <= {{ as_of() }} then 'observed'
            when milestones.last_stage is not null then 'vendor'
            when statuses_then.request_key is not null then 'history'
            when requests.is_closed_later or updated_later.request_key is not null then 'submitted'
            else 'current'
        end as stage_basis,
        stages_then.vendor_status as vendor_status_then,
        coalesce(stages_then.stage, 'submitted') as stage_then,
        milestones.last_stage,
        milestones.last_vendor_status,
        coalesce(milestones.furthest_dated_rank, 0) as furthest_dated_rank,
        milestones.first_staff_comment_at,
        milestones.first_update_at,
        milestones.first_left_default_at,
        milestones.planned_at,
        milestones.started_at,
        milestones.completed_at,
        milestones.declined_at,
        milestones.set_as_merged_at,
        milestones.completed_update_at,
        milestones.declined_update_at
    from requests
    left join stages
        on
            requests.source_name = stages.source_name
            and requests.status_id = stages.status_id
    left join statuses_then on requests.request_key = statuses_then.request_key
    left join updated_later on requests.request_key = updated_later.request_key
    left join stages as stages_then
        on
            requests.source_name = stages_then.source_name
            and statuses_then.status_id = stages_then.status_id
    left join milestones on requests.request_key = milestones.request_key

),

staged as (

    select
        *,
        case
            when is_merged then 'merged'
            when stage_basis in ('observed', 'current') then stage_now
            when stage_basis = 'vendor' then last_stage
            when stage_basis = 'history' then stage_then
            else 'submitted'
        end as stage,
        case
            when stage_basis in ('observed', 'current') then vendor_status_now
            when stage_basis = 'vendor' then last_vendor_status
            when stage_basis = 'history' then vendor_status_then
        end as vendor_status
    from current_stages

),

-- The board's closing date stands in for an end that no update tells of; what we saw of it comes later.
ends as (

    select
        *,
        case when stage = 'completed' and completed_update_at is null then closed_at end as closed_as_completed_at,
        case
            when stage = 'declined' then least(declined_at, case when declined_update_at is null then closed_at end)
        end as exit_declined_at
    from staged

),

dated as (

    select
        *,
        least(completed_at, closed_as_completed_at) as reached_completed_at,
        least(started_at, closed_as_completed_at) as reached_started_at,
        least(planned_at, closed_as_completed_at) as reached_planned_at,
        least(
            first_staff_comment_at,
            first_update_at,
            first_left_default_at,
            planned_at,
            case when first_update_at is null then coalesce(closed_as_completed_at, exit_declined_at) end
        ) as first_response_at,
        greatest(
            furthest_dated_rank,
            coalesce({{ stage_rank('stage') }}, 0),
            case when stage = 'declined' then 1 else 0 end
        ) as furthest_rank
    from ends

)

select
    request_key,
    source_name,
    source_record_id,
    space_key,
    account_id,
    member_key,
    title,
    url,
    stage,
    vendor_status,
    stage_basis,
    votes,
    votes_basis,
    comment_count,
    supporting_account_count,
    supporter_monthly_revenue_usd,
    submitted_at,
    observed_at,
    -- Comments may be older than a request they were moved to.
    greatest(first_response_at, case when first_response_at is not null then submitted_at end) as first_response_at,
    case
        when first_response_at is null then null
        when first_response_at = first_staff_comment_at then 'staff comment'
        when first_response_at = first_update_at then 'status update'
        when first_response_at = first_left_default_at then 'observed status'
        else 'closing date'
    end as first_response_basis,
    reached_planned_at,
    reached_started_at,
    reached_completed_at,
    exit_declined_at,
    case when stage = 'merged' then coalesce(merged_at, set_as_merged_at, closed_at) end as exit_merged_at,
    closed_at,
    first_response_at is not null or furthest_rank >= 1 as has_been_answered,
    furthest_rank >= 2 as has_been_planned,
    furthest_rank >= 3 as has_been_started,
    furthest_rank >= 4 as has_been_completed,
    is_merged,
    merged_into_request_key,
    root_request_key
from dated
