with

organizations as (

    select * from {{ ref('int_organizations__merged') }}

),

members as (

    select
        dim_member.organization_key,
        count(*) as members,
        count(dim_member.first_contribution_at) as contributors,
        min(dim_member.first_contribution_at) as first_contribution_at,
        max(dim_member.last_contribution_at) as last_contribution_at
    from {{ ref('dim_member') }} as dim_member
    where dim_member.organization_key is not null
    group by dim_member.organization_key

)

select
    organizations.organization_key,
    organizations.source_name,
    organizations.organization_id,
    organizations.external_organization_id,
    organizations.name,
    coalesce(organizations.segment, 'unknown') as segment,
    organizations.region,
    organizations.monthly_revenue_usd,
    bands.revenue_band,
    coalesce(members.members, 0) as members,
    coalesce(members.contributors, 0) as contributors,
    members.first_contribution_at,
    members.last_contribution_at,
    organizations.record_count,
    organizations.created_at,
    organizations.is_deleted
from organizations
left join members on organizations.organization_key = members.organization_key
left join {{ ref('int_revenue_bands__bounded') }} as bands
    on organizations.monthly_revenue_usd >= bands.from_usd and organizations.monthly_revenue_usd < bands.below_usd
