with

requests as (

    select
        *,
        root_request_key = request_key as is_root
    from {{ ref('int_requests__staged') }}

),

profiles as (

    select
        member_key,
        segment,
        tier,
        persona,
        organization,
        organization_key
    from {{ ref('dim_member') }}

),

areas as (

    select
        subject_key,
        expertise_area
    from {{ ref('int_subject_areas__mapped') }}
    where subject_kind = 'request'

),

demand as (

    select * from {{ ref('int_request_demand__summed') }}

),

merged_from as (

    select
        merged_into_request_key as request_key,
        count(*) as merged_requests,
        string_agg(request_key, ', ' order by submitted_at, request_key) as request_keys
    from requests
    where merged_into_request_key is not null
    group by merged_into_request_key

),

-- One basis a board, so that its requests compare: the organizations we know, and their revenue if we know that of half
-- of them; else what the board says, if it is told of companies at all.
board_bases as (

    select
        requests.source_name,
        case
            when count(demand.accounts) > 0 then 'organizations'
            when max(requests.supporting_account_count) > 0 then 'vendor'
        end as accounts_basis,
        case
            when 2 * sum(demand.revenue_accounts) >= sum(demand.accounts) then 'organizations'
            when max(requests.supporter_monthly_revenue_usd) > 0 then 'vendor'
            when sum(demand.revenue_accounts) > 0 then 'organizations'
        end as revenue_basis
    from requests
    left join demand on requests.request_key = demand.request_key
    group by requests.source_name

),

companies as (

    select
        requests.request_key,
        board_bases.accounts_basis,
        board_bases.revenue_basis,
        case board_bases.accounts_basis
            when 'organizations' then demand.accounts
            when 'vendor' then requests.supporting_account_count
        end as accounts,
        case board_bases.revenue_basis
            when 'organizations' then demand.monthly_revenue_usd
            when 'vendor' then requests.supporter_monthly_revenue_usd
        end as monthly_revenue_usd,
        demand.monthly_revenue_usd as known_monthly_revenue_usd
    from requests
    inner join board_bases on requests.source_name = board_bases.source_name
    left join demand on requests.request_key = demand.request_key
    where requests.is_root

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
    case when boards_with_voters.source_name is not null then coalesce(demand.votes, 0) end as voters,
    requests.supporting_account_count,
    requests.supporter_monthly_revenue_usd,
    requests.comment_count,
    requests.space_key,
    coalesce(profiles.segment, 'unknown') as segment,
    requests.title,
    requests.url,
    requests.votes_basis,
    requests.stage_basis,
    merged_from.request_keys as merged_from_request_keys,
    areas.expertise_area,
    profiles.tier,
    profiles.persona,
    profiles.organization_key,
    profiles.organization,
    companies.accounts,
    case when companies.accounts is not null then companies.accounts_basis end as accounts_basis,
    companies.monthly_revenue_usd,
    case when companies.monthly_revenue_usd is not null then companies.revenue_basis end as monthly_revenue_basis,
    companies.known_monthly_revenue_usd
from requests
left join profiles on requests.member_key = profiles.member_key
left join areas on requests.request_key = areas.subject_key
left join demand on requests.request_key = demand.request_key
left join companies on requests.request_key = companies.request_key
left join merged_from on requests.request_key = merged_from.request_key
left join boards_with_voters on requests.source_name = boards_with_voters.source_name
