with

discourse as (

    select
        source_name,
        'discourse' as vendor,
        account_id,
        username,
        display_name,
        is_bot,
        is_employee,
        cast(null as string) as organization_id,
        cast(null as string) as job_title,
        cast(null as string) as country,
        cast(null as string) as language,
        created_at,
        first_active_at,
        is_deleted
    from {{ ref('int_discourse_accounts__merged') }}

),

uservoice as (

    select
        source_name,
        'uservoice' as vendor,
        account_id,
        cast(null as string) as username,
        display_name,
        false as is_bot,
        is_employee,
        organization_id,
        job_title,
        country,
        cast(null as string) as language,
        created_at,
        first_active_at,
        is_deleted
    from {{ ref('int_uservoice_accounts__merged') }}

),

zendesk as (

    select
        source_name,
        'zendesk' as vendor,
        account_id,
        cast(null as string) as username,
        display_name,
        is_bot,
        is_employee,
        organization_id,
        cast(null as string) as job_title,
        cast(null as string) as country,
        locale as language,
        created_at,
        first_active_at,
        is_deleted
    from {{ ref('int_zendesk_accounts__merged') }}

),

unioned as (

    select * from discourse
    union all
    select * from uservoice
    union all
    select * from zendesk

)

select
    source_name || ':' || account_id as account_key,
    source_name,
    vendor,
    account_id,
    username,
    display_name,
    coalesce(is_bot, false) as is_bot,
    is_employee,
    organization_id,
    job_title,
    country,
    language,
    created_at,
    is_deleted
from unioned
-- A build for a past date knows no later account; imports make accounts after their owners' first posts.
where coalesce(least(created_at, first_active_at), {{ as_of() }}) <= {{ as_of() }}
