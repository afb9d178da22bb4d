-- By month, over the last 12 months and over all time: people and companies of a year are no sums of its months'.
with

wishes as (

    select * from {{ ref('int_feedback_voices__listed') }}

),

grouped as (

    {% for dimension in ['segment', 'persona', 'program', 'organization'] -%}
    select
        '{{ dimension }}' as dimension,
        {{ dimension }}_group as voice_group,
        wish_kind,
        voice_key,
        voiced_at,
        month,
        stage,
        organization_key,
        organization_monthly_revenue_usd
    from wishes
    {% if not loop.last -%} union all {% endif -%}
    {% endfor %}

),

periods as (

    select
        'month' as period,
        month as period_month,
        grouped.*
    from grouped
    union all
    select
        '12 months' as period,
        cast(null as date) as period_month,
        grouped.*
    from grouped
    where voiced_at >= {{ a_year_ago() }}
    union all
    select
        'all time' as period,
        cast(null as date) as period_month,
        grouped.*
    from grouped

),

counted as (

    select
        period,
        period_month,
        dimension,
        voice_group,
        count(*) filter (where wish_kind = 'request') as requests,
        count(*) filter (where wish_kind = 'request' and stage = 'completed') as completed_requests,
        count(*) filter (where wish_kind = 'request' and stage = 'declined') as declined_requests,
        count(*) filter (where wish_kind = 'vote') as votes,
        count(*) filter (where wish_kind = 'vote' and stage = 'completed') as completed_votes,
        count(distinct voice_key) as people
    from periods
    group by period, period_month, dimension, voice_group

),

companies as (

    select
        period,
        period_month,
        dimension,
        voice_group,
        organization_key,
        min(organization_monthly_revenue_usd) as monthly_revenue_usd
    from periods
    where organization_key is not null and voice_group != 'staff'
    group by period, period_month, dimension, voice_group, organization_key

),

accounts as (

    select
        period,
        period_month,
        dimension,
        voice_group,
        count(*) as accounts,
        count(monthly_revenue_usd) as revenue_accounts,
        {{ ordered_sum('monthly_revenue_usd', 'organization_key') }} as monthly_revenue_usd
    from companies
    group by period, period_month, dimension, voice_group

)

select
    counted.period,
    counted.period_month as month,
    counted.dimension,
    counted.voice_group,
    counted.requests,
    counted.requests / cast(nullif(sum(counted.requests) over same_period, 0) as double) as requests_share,
    counted.votes,
    counted.votes / cast(nullif(sum(counted.votes) over same_period, 0) as double) as votes_share,
    counted.people,
    accounts.accounts,
    accounts.revenue_accounts,
    accounts.monthly_revenue_usd,
    counted.completed_requests,
    counted.declined_requests,
    counted.completed_requests / cast(nullif(counted.requests, 0) as double) as completed_share,
    counted.completed_votes,
    counted.completed_votes / cast(nullif(counted.votes, 0) as double) as completed_votes_share
from counted
left join accounts
    on
        counted.period = accounts.period
        and coalesce(counted.period_month, date '0001-01-01') = coalesce(accounts.period_month, date '0001-01-01')
        and counted.dimension = accounts.dimension
        and counted.voice_group = accounts.voice_group
window same_period as (partition by counted.period, counted.period_month, counted.dimension)
