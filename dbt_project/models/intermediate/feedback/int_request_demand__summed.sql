-- Staff's own votes are told apart: they are nobody's demand.
with

voices as (

    select * from {{ ref('int_request_voices__rooted') }}

),

-- A company counts once, however many of its people ask.
companies as (

    select
        request_key,
        organization_key,
        min(organization_monthly_revenue_usd) as monthly_revenue_usd
    from voices
    where organization_key is not null and not is_staff_then
    group by request_key, organization_key

),

accounts as (

    select
        request_key,
        count(*) as accounts,
        count(monthly_revenue_usd) as revenue_accounts,
        {{ ordered_sum('monthly_revenue_usd', 'organization_key') }} as monthly_revenue_usd
    from companies
    group by request_key

),

people as (

    select
        request_key,
        count(distinct case when role = 'author' and not is_staff_then then voice_key end) as authors,
        count(distinct case when organization_key is null and not is_staff_then then voice_key end)
            as people_without_organization,
        count(*) filter (where role = 'supporter') as votes,
        count(*) filter (where role = 'supporter' and not is_staff_then and segment = 'customer') as customer_votes,
        count(*) filter (where role = 'supporter' and not is_staff_then and segment = 'pipeline') as pipeline_votes,
        count(*) filter (where role = 'supporter' and not is_staff_then and segment = 'prospect') as prospect_votes,
        count(*) filter (where role = 'supporter' and not is_staff_then and segment = 'unknown') as unknown_votes,
        count(*) filter (where role = 'supporter' and is_staff_then) as staff_votes,
        count(*) filter (where role = 'supporter' and not is_staff_then and is_program_member_then)
            as program_member_votes,
        count(*) filter (where role = 'supporter' and voiced_at >= {{ add_days(as_of(), -90) }}) as votes_90d
    from voices
    group by request_key

)

select
    people.request_key,
    people.authors,
    people.people_without_organization,
    accounts.accounts,
    accounts.revenue_accounts,
    accounts.monthly_revenue_usd,
    people.votes,
    people.customer_votes,
    people.pipeline_votes,
    people.prospect_votes,
    people.unknown_votes,
    people.staff_votes,
    people.program_member_votes,
    people.votes_90d
from people
left join accounts on people.request_key = accounts.request_key
