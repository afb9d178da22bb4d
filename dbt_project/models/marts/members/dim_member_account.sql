with

accounts as (

    select * from {{ ref('int_accounts__unioned') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

profiles as (

    select * from {{ ref('int_member_profiles__merged') }}

),

employed as (

    select
        account_key,
        min_by(role, (starts_at, role)) as staff_role
    from {{ ref('int_staff_periods__unioned') }}
    where {{ holds_at_last('starts_at', 'ends_at') }}
    group by account_key

)

select
    members.member_key,
    accounts.source_name,
    accounts.account_id,
    accounts.username,
    accounts.vendor,
    coalesce(accounts.display_name, accounts.username, profiles.display_name) as display_name,
    employed.staff_role as role,
    members.matched_by,
    accounts.created_at as joined_at,
    accounts.is_deleted
from accounts
inner join members on accounts.account_key = members.account_key
inner join profiles on members.member_key = profiles.member_key
left join employed on accounts.account_key = employed.account_key
