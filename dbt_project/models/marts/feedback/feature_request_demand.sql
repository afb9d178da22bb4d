with

requests as (

    select * from {{ ref('fct_feature_request') }}
    where stage != 'merged'

),

demand as (

    select * from {{ ref('int_request_demand__summed') }}

),

joined as (

    select
        requests.*,
        coalesce(requests.voters, requests.votes) as people_votes,
        case
            when requests.voters is not null then 'supporters'
            when requests.votes is not null then 'vendor'
        end as people_votes_basis,
        case when requests.voters is not null then coalesce(demand.customer_votes, 0) end as customer_votes,
        case when requests.voters is not null then coalesce(demand.pipeline_votes, 0) end as pipeline_votes,
        case when requests.voters is not null then coalesce(demand.prospect_votes, 0) end as prospect_votes,
        case when requests.voters is not null then coalesce(demand.unknown_votes, 0) end as unknown_votes,
        case when requests.voters is not null then coalesce(demand.staff_votes, 0) end as staff_votes,
        case when requests.voters is not null then coalesce(demand.program_member_votes, 0) end
            as program_member_votes,
        case when requests.voters is not null then coalesce(demand.votes_90d, 0) end as votes_90d,
        coalesce(demand.authors, 0) as authors,
        coalesce(demand.people_without_organization, 0) as people_without_organization,
        demand.revenue_accounts
    from requests
    left join demand on requests.request_key = demand.request_key

),

-- What is over is not ranked: the ranks say what to build next.
ranked as (

    select
        request_key,
        row_number() over (
            order by
                people_votes desc nulls last,
                accounts desc nulls last,
                submitted_at asc,
                request_key asc
        ) as votes_rank,
        row_number() over (
            order by
                customer_votes desc nulls last,
                people_votes desc nulls last,
                submitted_at asc,
                request_key asc
        ) as customer_votes_rank,
        row_number() over (
            order by
                accounts desc nulls last,
                people_votes desc nulls last,
                submitted_at asc,
                request_key asc
        ) as accounts_rank,
        row_number() over (
            order by
                monthly_revenue_usd desc nulls last,
                people_votes desc nulls last,
                submitted_at asc,
                request_key asc
        ) as monthly_revenue_rank,
        row_number() over (
            order by
                program_member_votes desc nulls last,
                people_votes desc nulls last,
                submitted_at asc,
                request_key asc
        ) as program_member_votes_rank,
        row_number() over (
            order by
                votes_90d desc nulls last,
                people_votes desc nulls last,
                submitted_at asc,
                request_key asc
        ) as growth_rank
    from joined
    where is_open

)

select
    joined.request_key,
    joined.source_name,
    joined.title,
    joined.url,
    joined.expertise_area,
    joined.stage,
    joined.is_open,
    joined.submitted_at,
    joined.days_open,
    joined.segment,
    joined.people_votes as votes,
    joined.people_votes_basis as votes_basis,
    joined.customer_votes,
    joined.pipeline_votes,
    joined.prospect_votes,
    joined.unknown_votes,
    joined.staff_votes,
    joined.program_member_votes,
    joined.votes_90d,
    joined.people_votes - joined.votes_90d as votes_before_90d,
    joined.votes_90d / cast(nullif(joined.people_votes - joined.votes_90d, 0) as double) as growth_90d_ratio,
    joined.authors,
    joined.people_without_organization,
    joined.accounts,
    joined.accounts_basis,
    joined.revenue_accounts,
    joined.monthly_revenue_usd,
    joined.monthly_revenue_basis,
    joined.known_monthly_revenue_usd,
    joined.supporting_account_count,
    joined.supporter_monthly_revenue_usd,
    case when joined.people_votes is not null then ranked.votes_rank end as votes_rank,
    case when joined.customer_votes is not null then ranked.customer_votes_rank end as customer_votes_rank,
    case when joined.accounts is not null then ranked.accounts_rank end as accounts_rank,
    case when joined.monthly_revenue_usd is not null then ranked.monthly_revenue_rank end as monthly_revenue_rank,
    case when joined.program_member_votes is not null then ranked.program_member_votes_rank end
        as program_member_votes_rank,
    case when joined.votes_90d is not null then ranked.growth_rank end as growth_rank
from joined
left join ranked on joined.request_key = ranked.request_key
