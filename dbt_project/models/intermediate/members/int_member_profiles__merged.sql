with

accounts as (

    select
        accounts.*,
        members.member_key,
        -- Who a person is shows where people speak in public first.
        case accounts.vendor when 'discourse' then 1 when 'uservoice' then 2 else 3 end as place
    from {{ ref('int_accounts__unioned') }} as accounts
    inner join {{ ref('int_members__resolved') }} as members on accounts.account_key = members.account_key

),

organizations as (

    select
        source_name,
        organization_id,
        name,
        case
            {% for segment in ['customer', 'pipeline', 'prospect'] -%}
            when {{ list_holds('tags', "'" ~ segment ~ "'") }} or {{ list_holds('tags', "'segment_" ~ segment ~ "'") }}
                then '{{ segment }}'
            {% endfor -%}
            when lower({{ json_text('organization_fields', 'segment') }}) in ('customer', 'pipeline', 'prospect')
                then lower({{ json_text('organization_fields', 'segment') }})
        end as segment
    from {{ ref('stg_zendesk__organizations') }}

),

ordered as (

    select
        accounts.*,
        organizations.name as organization,
        organizations.segment,
        (accounts.place, accounts.source_name, {{ id_order('accounts.account_id') }}, accounts.account_id) as turn
    from accounts
    left join organizations
        on
            accounts.source_name = organizations.source_name
            and accounts.organization_id = organizations.organization_id

),

profiles as (

    select
        member_key,
        min_by(coalesce(display_name, username), turn) as public_name,
        min_by(organization, turn) as organization,
        min_by(segment, turn) as segment,
        min_by(job_title, turn) as job_title,
        min_by(country, turn) as country,
        min_by(language, turn) as language,
        min(created_at) as joined_at,
        count(*) as account_count,
        bool_and(is_deleted) as is_deleted
    from ordered
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
    profiles.organization,
    coalesce(profiles.segment, 'unknown') as segment,
    profiles.job_title,
    profiles.country,
    profiles.language,
    profiles.joined_at,
    profiles.account_count,
    profiles.is_deleted
from profiles
left join staff_now on profiles.member_key = staff_now.member_key
