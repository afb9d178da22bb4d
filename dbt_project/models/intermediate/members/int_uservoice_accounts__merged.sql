with

users as (

    select * from {{ ref('stg_uservoice__users') }}

),

activity as (

    select
        source_name,
        account_id,
        created_at
    from {{ ref('stg_uservoice__suggestions') }}
    union all
    select
        source_name,
        account_id,
        created_at
    from {{ ref('stg_uservoice__comments') }}
    union all
    select
        source_name,
        account_id,
        created_at
    from {{ ref('stg_uservoice__supporters') }}
    union all
    select
        source_name,
        account_id,
        created_at
    from {{ ref('stg_uservoice__status_updates') }}

),

first_activity as (

    select
        source_name,
        account_id,
        min(created_at) as first_active_at
    from activity
    where account_id is not null
    group by source_name, account_id

),

-- People of several companies count for the first they were known for.
employers as (

    select
        source_name,
        account_id,
        min_by(organization_id, ({{ id_order('external_user_id') }}, external_user_id)) as organization_id
    from {{ ref('stg_uservoice__external_users') }}
    where
        account_id is not null
        and not is_deleted
        and coalesce(created_at, {{ as_of() }}) <= {{ as_of() }}
    group by source_name, account_id

)

-- Some accounts show only by what they did, for instance those of people who left the board.
select
    coalesce(users.source_name, first_activity.source_name) as source_name,
    coalesce(users.account_id, first_activity.account_id) as account_id,
    nullif(trim(users.display_name), '') as display_name,
    coalesce(users.is_admin, false) as is_employee,
    employers.organization_id,
    users.job_title,
    users.country,
    users.created_at,
    first_activity.first_active_at,
    coalesce(users.is_deleted, false) as is_deleted
from users
full outer join first_activity
    on
        users.source_name = first_activity.source_name
        and users.account_id = first_activity.account_id
left join employers
    on
        coalesce(users.source_name, first_activity.source_name) = employers.source_name
        and coalesce(users.account_id, first_activity.account_id) = employers.account_id
