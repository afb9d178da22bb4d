with

limits as (

    select
        stage,
        median_days,
        p90_days,
        longest_left_days,
        coalesce(p90_days, longest_left_days) as limit_days,
        case when p90_days is not null then 'p90' else 'longest' end as limit_basis
    from {{ ref('feedback_stage_times') }}
    where segment = 'all' and period = 'all'

),

stuck as (

    select
        spells.request_key,
        spells.stage,
        spells.entered_at,
        spells.duration_days,
        limits.median_days,
        limits.limit_days,
        limits.limit_basis
    from {{ ref('int_request_stage_spells__dated') }} as spells
    inner join limits on spells.stage = limits.stage
    where spells.is_current and spells.duration_days > limits.limit_days

),

joined as (

    select
        stuck.*,
        demand.source_name,
        demand.title,
        demand.url,
        demand.expertise_area,
        requests.vendor_status,
        demand.segment,
        demand.submitted_at,
        demand.days_open,
        demand.votes,
        demand.customer_votes,
        demand.pipeline_votes,
        demand.prospect_votes,
        demand.unknown_votes,
        demand.program_member_votes,
        demand.votes_90d,
        demand.accounts,
        demand.monthly_revenue_usd
    from stuck
    inner join {{ ref('feature_request_demand') }} as demand on stuck.request_key = demand.request_key
    inner join {{ ref('fct_feature_request') }} as requests on stuck.request_key = requests.request_key

)

select
    cast(
        row_number() over (
            order by
                votes desc nulls last,
                accounts desc nulls last,
                monthly_revenue_usd desc nulls last,
                customer_votes desc nulls last,
                duration_days desc,
                request_key asc
        ) as integer
    ) as demand_rank,
    request_key,
    source_name,
    title,
    url,
    stage,
    vendor_status,
    entered_at,
    duration_days as days_in_stage,
    limit_days,
    limit_basis,
    median_days as stage_median_days,
    duration_days - limit_days as days_beyond_limit,
    submitted_at,
    days_open,
    segment,
    expertise_area,
    votes,
    customer_votes,
    pipeline_votes,
    prospect_votes,
    unknown_votes,
    program_member_votes,
    votes_90d,
    accounts,
    monthly_revenue_usd,
    case stage
        when 'submitted' then 'Nobody has answered it for '
        when 'responded' then 'Answered, and undecided for '
        when 'planned' then 'Planned, and not begun for '
        else 'Begun, and not finished for '
    end
    || {{ count_text('duration_days', 'day') }}
    || case limit_basis
        when 'p90' then '; nine of ten move on within ' || {{ count_text('limit_days', 'day') }}
        else '; none that moved on took longer than ' || {{ count_text('limit_days', 'day') }}
    end
    || '.'
    || case
        when votes is null then ''
        when customer_votes is null then ' ' || {{ count_text('votes', 'vote') }} || '.'
        else ' ' || {{ count_text('votes', 'vote') }} || ', ' || {{ number_text('customer_votes') }} || ' of customers.'
    end
    || case
        when accounts > 0 and monthly_revenue_usd > 0
            then
                ' ' || {{ count_text('accounts', 'account') }} || ' and ' || {{ number_text('monthly_revenue_usd') }}
                || ' USD a month behind it.'
        when accounts > 0 then ' ' || {{ count_text('accounts', 'account') }} || ' behind it.'
        else ''
    end as reason
from joined
