with

forum_accounts as (

    select * from {{ ref('stg_discourse__admin_users') }}

),

board_accounts as (

    select * from {{ ref('stg_uservoice__users') }}

),

desk_accounts as (

    select * from {{ ref('stg_zendesk__users') }}

),

keys as (

    -- A staged account was made from an incoming mail; nobody has proved to own its address.
    select
        source_name,
        account_id,
        'e-mail' as key_kind,
        email_hash as key_value
    from forum_accounts
    where is_email_verified and not coalesce(is_staged, false)
    union
    select
        forum_accounts.source_name,
        forum_accounts.account_id,
        'e-mail' as key_kind,
        other.item as key_value
    from forum_accounts
    {{ unnest_list('forum_accounts.other_email_hashes', 'other') }}
    where forum_accounts.is_email_verified and not coalesce(forum_accounts.is_staged, false)
    union
    select
        source_name,
        account_id,
        'external id' as key_kind,
        external_account_id as key_value
    from forum_accounts
    union
    select
        source_name,
        account_id,
        'e-mail' as key_kind,
        email_hash as key_value
    from board_accounts
    where is_email_verified
    union
    select
        source_name,
        account_id,
        'external id' as key_kind,
        external_account_id as key_value
    from board_accounts
    union
    select
        source_name,
        account_id,
        'e-mail' as key_kind,
        email_hash as key_value
    from desk_accounts
    where is_verified
    union
    select
        source_name,
        account_id,
        'external id' as key_kind,
        external_account_id as key_value
    from desk_accounts

)

select
    source_name || ':' || account_id as account_key,
    key_kind,
    trim(key_value) as key_value
from keys
where trim(key_value) != ''
