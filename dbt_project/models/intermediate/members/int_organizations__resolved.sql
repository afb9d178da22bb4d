-- An organization of several desks is one by its external id (that of the company's own books), never by its name.
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
        source_name || ':' || organization_id as record_key,
        source_name,
        organization_id,
        coalesce(nullif(trim(external_organization_id), ''), source_name || ':' || organization_id) as identity,
        trim(external_organization_id) != '' as has_external_id,
        nullif(trim(external_organization_id), '') as external_organization_id,
        nullif(trim(name), '') as name,
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
    where coalesce(created_at, {{ as_of() }}) <= {{ as_of() }}

)

select
    desk_organizations.record_key,
    first_value(desk_organizations.record_key) over (
        partition by desk_organizations.has_external_id is true, desk_organizations.identity
        order by
            desk_organizations.source_name,
            {{ id_order('desk_organizations.organization_id') }},
            desk_organizations.organization_id
    ) as organization_key,
    desk_organizations.source_name,
    desk_organizations.organization_id,
    desk_organizations.external_organization_id,
    coalesce(desk_organizations.name, 'Organization ' || desk_organizations.organization_id) as name,
    coalesce(facts.segment, desk_organizations.segment) as segment,
    cast(coalesce(facts.monthly_revenue_usd, desk_organizations.monthly_revenue_usd) as double)
        as monthly_revenue_usd,
    coalesce(facts.region, regions.region, desk_organizations.region) as region,
    desk_organizations.created_at,
    desk_organizations.is_deleted
from desk_organizations
left join facts
    on
        desk_organizations.source_name = facts.source_name
        and desk_organizations.organization_id = facts.organization_id
left join regions on {{ normalised_name('desk_organizations.region') }} = regions.place
