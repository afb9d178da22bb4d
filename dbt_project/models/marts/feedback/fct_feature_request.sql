with

requests as (

    select * from {{ ref('int_requests__staged') }}

),

profiles as (

    select * from {{ ref('int_member_profiles__merged') }}

),

-- Who voted on a merged request counts once, on the request it was merged into.
voters as (

    select
        requests.root_request_key as request_key,
        count(distinct coalesce(votes.member_key, votes.account_id)) as voters
    from {{ ref('int_votes__unioned') }} as votes
    inner join requests on votes.request_key = requests.request_key
    group by requests.root_request_key

),

merged_from as (

    select
        merged_into_request_key as request_key,
        count(*) as merged_requests
    from requests
    where merged_into_request_key is not null
    group by merged_into_request_key

),

-- Boards without a list of supporters tell how many votes, not whose.
boards_with_voters as (

    select distinct source_name
    from {{ ref('int_votes__unioned') }}

)

select
    requests.request_key,
    requests.source_name,
    requests.source_record_id,
    requests.member_key,
    requests.stage,
    requests.vendor_status,
    requests.votes,
    requests.submitted_at,
    requests.first_response_at,
    requests.first_response_basis,
    case
        when requests.first_response_at is not null
            then {{ whole_days('requests.submitted_at', 'requests.first_response_at') }}
    end as days_to_first_response,
    requests.reached_planned_at as planned_at,
    requests.reached_started_at as started_at,
    requests.reached_completed_at as completed_at,
    requests.exit_declined_at as declined_at,
    requests.exit_merged_at as merged_at,
    case
        when requests.stage in ('submitted', 'responded', 'planned', 'started')
            then {{ whole_days('requests.submitted_at', as_of()) }}
        when requests.stage = 'completed' and requests.reached_completed_at is not null
            then {{ whole_days('requests.submitted_at', 'requests.reached_completed_at') }}
        when requests.exit_declined_at is not null
            then {{ whole_days('requests.submitted_at', 'requests.exit_declined_at') }}
        when requests.exit_merged_at is not null
            then {{ whole_days('requests.submitted_at', 'requests.exit_merged_at') }}
    end as days_open,
    requests.stage in ('submitted', 'responded', 'planned', 'started') as is_open,
    requests.has_been_answered,
    requests.has_been_planned,
    requests.has_been_started,
    requests.has_been_completed,
    requests.merged_into_request_key,
    requests.root_request_key,
    coalesce(merged_from.merged_requests, 0) as merged_request_count,
    case when boards_with_voters.source_name is not null then coalesce(voters.voters, 0) end as voters,
    requests.supporting_account_count,
    requests.supporter_monthly_revenue_usd,
    requests.comment_count,
    requests.space_key,
    coalesce(profiles.segment, 'unknown') as segment,
    requests.title,
    requests.url,
    requests.votes_basis,
    requests.stage_basis
from requests
left join profiles on requests.member_key = profiles.member_key
left join voters on requests.request_key = voters.request_key
left join merged_from on requests.request_key = merged_from.request_key
left join boards_with_voters on requests.source_name = boards_with_voters.source_name
