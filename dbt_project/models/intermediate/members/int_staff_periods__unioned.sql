with

accounts as (

    select * from {{ ref('int_accounts__unioned') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

seeded as (

    select
        source_name || ':' || account_id as account_key,
        role,
        department,
        valid_from,
        valid_to
    from {{ ref('staff') }}

),

flags_over_time as (

    select
        source_name,
        account_id,
        value = 'true' as is_employee,
        observed_at,
        load_id
    from {{ ref('stg_discourse__admin_user_history') }}
    where field = 'is_admin'
    union all
    select
        source_name,
        account_id,
        value = 'true' as is_employee,
        observed_at,
        load_id
    from {{ ref('stg_uservoice__user_history') }}
    where field = 'is_admin'
    union all
    select
        source_name,
        account_id,
        coalesce(value in ('agent', 'admin'), false) as is_employee,
        observed_at,
        load_id
    from {{ ref('stg_zendesk__user_history') }}
    where field = 'role'

),

flag_periods as (

    select
        source_name || ':' || account_id as account_key,
        is_employee,
        case when lag(observed_at) over flag_in_time is not null then observed_at end as starts_at,
        lead(observed_at) over flag_in_time as ends_at
    from flags_over_time
    window flag_in_time as (partition by source_name, account_id order by observed_at, load_id)

),

-- What the vendor says holds since ever until a change was seen.
vendor_periods as (

    select
        accounts.account_key,
        case when accounts.is_bot then 'bot' else 'employee' end as role,
        case when not accounts.is_bot then flag_periods.starts_at end as starts_at,
        case when not accounts.is_bot then flag_periods.ends_at end as ends_at
    from accounts
    left join flag_periods on accounts.account_key = flag_periods.account_key
    left join seeded on accounts.account_key = seeded.account_key
    where
        seeded.account_key is null
        and (accounts.is_bot or coalesce(flag_periods.is_employee, accounts.is_employee))

),

periods as (

    select
        account_key,
        role,
        department,
        {{ local_midnight('valid_from') }} as starts_at,
        {{ local_midnight(add_days('valid_to', 1)) }} as ends_at,
        'seed' as basis
    from seeded
    union all
    select distinct
        account_key,
        role,
        cast(null as string) as department,
        starts_at,
        ends_at,
        'vendor' as basis
    from vendor_periods

)

select
    periods.account_key,
    members.member_key,
    periods.role,
    periods.department,
    coalesce(periods.starts_at, cast('0001-01-01 00:00:00+00' as timestamptz)) as starts_at,
    coalesce(periods.ends_at, cast('9999-12-31 00:00:00+00' as timestamptz)) as ends_at,
    periods.basis
from periods
inner join members on periods.account_key = members.account_key
