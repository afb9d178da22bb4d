-- What the company's own list says of any record is believed, else the first record that says something; revenues are
-- one company's, so they are not added.
with

records as (

    select
        *,
        {{ organization_turn('vendor', 'source_name', 'organization_id') }} as turn
    from {{ ref('int_organizations__resolved') }}

),

merged as (

    select
        organization_key,
        min_by(source_name, turn) as source_name,
        min_by(organization_id, turn) as organization_id,
        min_by(external_organization_id, turn) as external_organization_id,
        min_by(name, turn) as name,
        coalesce(min_by(declared_segment, turn), min_by(segment, turn)) as segment,
        coalesce(min_by(declared_monthly_revenue_usd, turn), min_by(monthly_revenue_usd, turn)) as monthly_revenue_usd,
        coalesce(min_by(declared_region, turn), min_by(region, turn)) as region,
        count(*) as record_count,
        min(created_at) as created_at,
        bool_and(is_deleted) as is_deleted
    from records
    group by organization_key

),

declared as (

    select
        organization_key,
        min(organization) as name
    from {{ ref('int_member_organizations__chosen') }}
    where is_declared_only
    group by organization_key

)

select
    organization_key,
    source_name,
    organization_id,
    external_organization_id,
    name,
    segment,
    monthly_revenue_usd,
    region,
    record_count,
    created_at,
    is_deleted
from merged
union all
select
    organization_key,
    cast(null as string) as source_name,
    cast(null as string) as organization_id,
    cast(null as string) as external_organization_id,
    name,
    cast(null as string) as segment,
    cast(null as double) as monthly_revenue_usd,
    cast(null as string) as region,
    0 as record_count,
    cast(null as timestamptz) as created_at,
    false as is_deleted
from declared
