-- The keys that count, after `member_links` said which accounts are not one person.
with

keys as (

    select * from {{ ref('int_account_keys__verified') }}

),

splits as (

    select distinct
        source_name_a || ':' || account_id_a as first_account_key,
        source_name_b || ':' || account_id_b as second_account_key
    from {{ ref('member_links') }}
    where action = 'split'

),

shared_keys as (

    select
        splits.first_account_key,
        splits.second_account_key,
        second_keys.key_kind,
        second_keys.key_value
    from splits
    inner join keys as first_keys on splits.first_account_key = first_keys.account_key
    inner join keys as second_keys
        on
            splits.second_account_key = second_keys.account_key
            and first_keys.key_kind = second_keys.key_kind
            and first_keys.key_value = second_keys.key_value

),

-- Joined only through others' keys: which of its own lead there is not known, so the second account stands alone.
detached as (

    select distinct splits.second_account_key
    from splits
    inner join {{ ref('int_accounts__connected') }} as first_accounts
        on splits.first_account_key = first_accounts.account_key
    inner join {{ ref('int_accounts__connected') }} as second_accounts
        on
            splits.second_account_key = second_accounts.account_key
            and first_accounts.component = second_accounts.component
    left join shared_keys
        on
            splits.first_account_key = shared_keys.first_account_key
            and splits.second_account_key = shared_keys.second_account_key
    where shared_keys.second_account_key is null

)

select
    keys.account_key,
    keys.key_kind,
    keys.key_value
from keys
left join shared_keys
    on
        keys.account_key = shared_keys.second_account_key
        and keys.key_kind = shared_keys.key_kind
        and keys.key_value = shared_keys.key_value
left join detached on keys.account_key = detached.second_account_key
where shared_keys.second_account_key is null and detached.second_account_key is null
