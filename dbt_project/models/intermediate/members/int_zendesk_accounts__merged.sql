with

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

-- Users removed for good leave their tickets behind.
everyone as (

    select
        source_name,
        account_id
    from users
    union
    select
        source_name,
        requester_account_id as account_id
    from {{ ref('stg_zendesk__tickets') }}
    union
    select
        source_name,
        submitter_account_id as account_id
    from {{ ref('stg_zendesk__tickets') }}
    union
    select
        source_name,
        assignee_account_id as account_id
    from {{ ref('stg_zendesk__tickets') }}

)

select
    everyone.source_name,
    everyone.account_id,
    nullif(trim(users.display_name), '') as display_name,
    try_cast(everyone.account_id as bigint) < 0 as is_bot,
    coalesce(users.role in ('agent', 'admin'), false) as is_employee,
    users.organization_id,
    users.locale,
    users.created_at,
    coalesce(users.is_deleted, false) or coalesce(not users.is_active, false) as is_deleted
from everyone
left join users
    on
        everyone.source_name = users.source_name
        and everyone.account_id = users.account_id
where everyone.account_id is not null
