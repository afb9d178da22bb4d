with

facts as (

    select
        source_name,
        account_id,
        min(segment) as segment,
        min(nullif(trim(persona), '')) as persona,
        min(nullif(trim(region), '')) as region
    from {{ ref('member_facts') }}
    group by source_name, account_id

),

country_regions as (

    select
        {{ normalised_name('country') }} as country,
        min(region) as region
    from {{ ref('country_regions') }}
    group by {{ normalised_name('country') }}

),

accounts as (

    select
        accounts.*,
        members.member_key,
        facts.segment as declared_segment,
        facts.persona as declared_persona,
        facts.region as declared_region,
        titles.persona,
        country_regions.region,
        organizations.segment as organization_segment,
        {{ account_turn('accounts.vendor', 'accounts.source_name', 'accounts.account_id') }} as turn,
        {{ organization_turn('accounts.vendor', 'accounts.source_name', 'accounts.account_id') }} as employer_turn
    from {{ ref('int_accounts__unioned') }} as accounts
    inner join {{ ref('int_members__resolved') }} as members on accounts.account_key = members.account_key
    left join facts
        on
            accounts.source_name = facts.source_name
            and accounts.account_id = facts.account_id
    left join {{ ref('int_job_titles__read') }} as titles on accounts.job_title = titles.job_title
    left join country_regions on {{ normalised_name('accounts.country') }} = country_regions.country
    left join {{ ref('int_organizations__resolved') }} as organizations
        on
            accounts.source_name = organizations.source_name
            and accounts.organization_id = organizations.organization_id

),

profiles as (

    select
        member_key,
        min_by(coalesce(display_name, username), turn) as public_name,
        min_by(declared_segment, turn) as declared_segment,
        min_by(organization_segment, employer_turn) as organization_segment,
        min_by(declared_persona, turn) as declared_persona,
        min_by(persona, turn) as persona,
        min_by(declared_region, turn) as declared_region,
        min_by(region, turn) as region,
        min_by(job_title, turn) as job_title,
        min_by(country, turn) as country,
        min_by(language, turn) as language,
        min(created_at) as joined_at,
        count(*) as account_count,
        bool_and(is_deleted) as is_deleted
    from accounts
    group by member_key

),

staff_now as (

    select
        member_key,
        min_by(role, (case basis when 'seed' then 0 else 1 end, starts_at, role)) as staff_role,
        min_by(department, (case basis when 'seed' then 0 else 1 end, starts_at, role)) as staff_department
    from {{ ref('int_staff_periods__unioned') }}
    where {{ holds_at_last('starts_at', 'ends_at') }}
    group by member_key

)

select
    profiles.member_key,
    coalesce(profiles.public_name, 'Customer ' || {{ short_key('profiles.member_key') }}) as display_name,
    staff_now.member_key is not null as is_staff,
    staff_now.staff_role,
    staff_now.staff_department,
    choices.organization,
    choices.organization_key,
    coalesce(profiles.declared_segment, organizations.segment, profiles.organization_segment, 'unknown') as segment,
    coalesce(profiles.declared_persona, profiles.persona) as persona,
    coalesce(profiles.declared_region, profiles.region, organizations.region) as region,
    profiles.job_title,
    profiles.country,
    profiles.language,
    profiles.joined_at,
    profiles.account_count,
    profiles.is_deleted
from profiles
left join staff_now on profiles.member_key = staff_now.member_key
left join {{ ref('int_member_organizations__chosen') }} as choices on profiles.member_key = choices.member_key
left join {{ ref('int_organizations__merged') }} as organizations
    on choices.organization_key = organizations.organization_key
