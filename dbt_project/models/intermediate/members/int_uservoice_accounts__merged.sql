with

users as (

    select * from {{ ref('stg_uservoice__users') }}

),

-- Accounts that only show as an author or supporter, for instance of people who left the board.
everyone as (

    select
        source_name,
        account_id
    from users
    union
    select
        source_name,
        account_id
    from {{ ref('stg_uservoice__suggestions') }}
    union
    select
        source_name,
        account_id
    from {{ ref('stg_uservoice__comments') }}
    union
    select
        source_name,
        account_id
    from {{ ref('stg_uservoice__supporters') }}
    union
    select
        source_name,
        account_id
    from {{ ref('stg_uservoice__status_updates') }}

)

select
    everyone.source_name,
    everyone.account_id,
    nullif(trim(users.display_name), '') as display_name,
    coalesce(users.is_admin, false) as is_employee,
    users.job_title,
    users.country,
    users.created_at,
    coalesce(users.is_deleted, false) as is_deleted
from everyone
left join users
    on
        everyone.source_name = users.source_name
        and everyone.account_id = users.account_id
where everyone.account_id is not null
