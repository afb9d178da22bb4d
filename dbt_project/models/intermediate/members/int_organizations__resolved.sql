-- An organization of several desks and boards is one by its external id (that of the company's own books), never by
-- its name.
with

facts as (

    select
        source_name,
        organization_id,
        min(segment) as segment,
        max(monthly_revenue_usd) as monthly_revenue_usd,
        min(trim(region)) as region
    from {{ ref('organization_facts') }}
    group by source_name, organization_id

),

-- A field may hold a region's name, or a country's.
regions as (

    select
        {{ normalised_name('country') }} as place,
        min(region) as region
    from {{ ref('country_regions') }}
    group by {{ normalised_name('country') }}
    union
    select distinct
        {{ normalised_name('region') }} as place,
        region
    from {{ ref('country_regions') }}

),

desk_organizations as (

    select
        source_name,
        'zendesk' as vendor,
        organization_id,
        external_organization_id,
        name,
        {{ segment_of('tags', 'organization_fields') }} as segment,
        try_cast(coalesce(
            {{ json_text('organization_fields', 'monthly_revenue_usd') }},
            {{ json_text('organization_fields', 'mrr_usd') }},
            {{ json_text('organization_fields', 'mrr') }}
        ) as double) as monthly_revenue_usd,
        nullif(trim({{ json_text('organization_fields', 'region') }}), '') as region,
        created_at,
        is_deleted
    from {{ ref('stg_zendesk__organizations') }}

),

-- Who pays each month is a customer; of others a board knows nothing.
board_organizations as (

    select
        source_name,
        'uservoice' as vendor,
        organization_id,
        external_organization_id,
        name,
        case when monthly_revenue_usd > 0 then 'customer' end as segment,
        monthly_revenue_usd,
        cast(null as string) as region,
        created_at,
        is_deleted
    from {{ ref('stg_uservoice__external_accounts') }}

),

unioned as (

    select * from desk_organizations
    union all
    select * from board_organizations

),

organizations as (

    select
        *,
        source_name || ':' || organization_id as record_key,
        nullif(trim(external_organization_id), '') as external_id,
        {{ organization_turn('vendor', 'source_name', 'organization_id') }} as turn
    from unioned
    where coalesce(created_at, {{ as_of() }}) <= {{ as_of() }}

)

select
    organizations.record_key,
    first_value(organizations.record_key) over (
        partition by
            organizations.external_id is not null, coalesce(organizations.external_id, organizations.record_key)
        order by organizations.turn
    ) as organization_key,
    organizations.source_name,
    organizations.vendor,
    organizations.organization_id,
    organizations.external_id as external_organization_id,
    coalesce(nullif(trim(organizations.name), ''), 'Organization ' || organizations.organization_id) as name,
    coalesce(facts.segment, organizations.segment) as segment,
    cast(coalesce(facts.monthly_revenue_usd, organizations.monthly_revenue_usd) as double) as monthly_revenue_usd,
    coalesce(facts.region, regions.region, organizations.region) as region,
    facts.segment as declared_segment,
    cast(facts.monthly_revenue_usd as double) as declared_monthly_revenue_usd,
    facts.region as declared_region,
    organizations.created_at,
    organizations.is_deleted
from organizations
left join facts
    on
        organizations.source_name = facts.source_name
        and organizations.organization_id = facts.organization_id
left join regions on {{ normalised_name('organizations.region') }} = regions.place
