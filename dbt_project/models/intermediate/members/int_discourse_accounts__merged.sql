with

admin_users as (

    select * from {{ ref('stg_discourse__admin_users') }}

),

directory_items as (

    select * from {{ ref('stg_discourse__directory_items') }}

),

-- An account is in several groups; any row tells its name.
group_members as (

    select
        source_name,
        account_id,
        max_by(username, (extracted_at, group_id)) as username,
        max_by(display_name, (extracted_at, group_id)) as display_name
    from {{ ref('stg_discourse__group_members') }}
    group by source_name, account_id

),

-- Public forums have no list of accounts: an author is known from the newest observation of the posts.
authors as (

    select
        source_name,
        account_id,
        max_by(username, (extracted_at, {{ id_order('post_id') }})) as username,
        max_by(display_name, (extracted_at, {{ id_order('post_id') }})) as display_name,
        max_by(is_author_admin, (extracted_at, {{ id_order('post_id') }})) as is_admin,
        min(created_at) as first_active_at
    from {{ ref('stg_discourse__posts') }}
    where account_id is not null
    group by source_name, account_id

),

openers as (

    select distinct
        source_name,
        author_account_id as account_id
    from {{ ref('stg_discourse__threads') }}
    where author_account_id is not null

),

badge_holders as (

    select distinct
        source_name,
        account_id
    from {{ ref('stg_discourse__user_badges') }}
    where account_id is not null

),

everyone as (

    select
        source_name,
        account_id
    from admin_users
    union
    select
        source_name,
        account_id
    from directory_items
    union
    select
        source_name,
        account_id
    from group_members
    union
    select
        source_name,
        account_id
    from authors
    union
    select
        source_name,
        account_id
    from openers
    union
    select
        source_name,
        account_id
    from badge_holders

)

select
    everyone.source_name,
    everyone.account_id,
    coalesce(
        admin_users.username, directory_items.username, authors.username, group_members.username
    ) as username,
    coalesce(
        nullif(trim(admin_users.display_name), ''),
        nullif(trim(directory_items.display_name), ''),
        nullif(trim(authors.display_name), ''),
        nullif(trim(group_members.display_name), '')
    ) as display_name,
    coalesce(try_cast(everyone.account_id as bigint) < 0, false) as is_bot,
    coalesce(admin_users.is_admin, directory_items.is_admin, authors.is_admin, false) as is_employee,
    admin_users.created_at,
    authors.first_active_at,
    coalesce(admin_users.is_deleted, directory_items.is_deleted, false) as is_deleted
from everyone
left join admin_users
    on
        everyone.source_name = admin_users.source_name
        and everyone.account_id = admin_users.account_id
left join directory_items
    on
        everyone.source_name = directory_items.source_name
        and everyone.account_id = directory_items.account_id
left join group_members
    on
        everyone.source_name = group_members.source_name
        and everyone.account_id = group_members.account_id
left join authors
    on
        everyone.source_name = authors.source_name
        and everyone.account_id = authors.account_id
