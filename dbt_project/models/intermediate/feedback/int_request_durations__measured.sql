-- For each request and stage: how it ended as of now, and after how many whole days.
with

requests as (

    select * from {{ ref('int_requests__staged') }}

),

steps as (

    select
        request_key,
        submitted_at,
        'responded' as stage,
        has_been_answered as is_reached,
        first_response_at as reached_at,
        -- Whatever ends a request answers it; only a merge takes it out unanswered.
        cast(null as timestamptz) as left_at,
        stage = 'merged' as is_out
    from requests
    union all
    select
        request_key,
        submitted_at,
        'planned' as stage,
        has_been_planned as is_reached,
        reached_planned_at as reached_at,
        coalesce(exit_declined_at, exit_merged_at) as left_at,
        stage in ('declined', 'merged') as is_out
    from requests
    union all
    select
        request_key,
        submitted_at,
        'started' as stage,
        has_been_started as is_reached,
        reached_started_at as reached_at,
        coalesce(exit_declined_at, exit_merged_at) as left_at,
        stage in ('declined', 'merged') as is_out
    from requests
    union all
    select
        request_key,
        submitted_at,
        'completed' as stage,
        has_been_completed as is_reached,
        reached_completed_at as reached_at,
        coalesce(exit_declined_at, exit_merged_at) as left_at,
        stage in ('declined', 'merged') as is_out
    from requests

),

ended as (

    select
        *,
        case
            when stage = 'responded' and is_out then 'out'
            when is_reached and reached_at is not null then 'reached'
            when is_reached then 'undated'
            when is_out and left_at is not null then 'left'
            when is_out then 'out'
            else 'waiting'
        end as outcome
    from steps

)

select
    request_key,
    stage,
    outcome,
    case outcome
        when 'reached' then {{ whole_days('submitted_at', 'reached_at') }}
        when 'left' then {{ whole_days('submitted_at', 'left_at') }}
        when 'waiting' then {{ whole_days('submitted_at', as_of()) }}
    end as duration_days
from ended
