with

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

activity as (

    select
        source_name,
        requester_account_id as account_id,
        created_at
    from tickets
    union all
    select
        source_name,
        submitter_account_id as account_id,
        created_at
    from tickets
    union all
    select
        source_name,
        assignee_account_id as account_id,
        created_at
    from tickets

),

first_activity as (

    select
        source_name,
        account_id,
        min(created_at) as first_active_at
    from activity
    where account_id is not null
    group by source_name, account_id

)

-- Users removed for good leave their tickets behind.
select
    coalesce(users.source_name, first_activity.source_name) as source_name,
    coalesce(users.account_id, first_activity.account_id) as account_id,
    nullif(trim(users.display_name), '') as display_name,
    coalesce(try_cast(coalesce(users.account_id, first_activity.account_id) as bigint) < 0, false) as is_bot,
    coalesce(users.role in ('agent', 'admin'), false) as is_employee,
    users.organization_id,
    users.locale,
    users.created_at,
    first_activity.first_active_at,
    coalesce(users.is_deleted, false) or coalesce(not users.is_active, false) as is_deleted
from users
full outer join first_activity
    on
        users.source_name = first_activity.source_name
        and users.account_id = first_activity.account_id
