-- Accounts joined by keys or links, whatever the number of steps between them, are one person.
with recursive

accounts as (

    select
        account_key,
        source_name,
        account_id,
        row_number() over (order by source_name, {{ id_order('account_id') }}, account_id) as position
    from {{ ref('int_accounts__unioned') }}

),

keys as (

    select
        accounts.position,
        keys.key_kind,
        keys.key_value
    from {{ ref('int_account_keys__kept') }} as keys
    inner join accounts on keys.account_key = accounts.account_key

),

links as (

    select
        source_name_a || ':' || account_id_a as first_account_key,
        source_name_b || ':' || account_id_b as second_account_key,
        action
    from {{ ref('member_links') }}

),

merged_pairs as (

    select
        first_accounts.position as one,
        second_accounts.position as other
    from links
    inner join accounts as first_accounts on links.first_account_key = first_accounts.account_key
    inner join accounts as second_accounts on links.second_account_key = second_accounts.account_key
    where links.action = 'merge'

),

-- Each holder of a key is tied to the first holder, not to every other: a key of n accounts makes n − 1 ties.
first_holders as (

    select
        key_kind,
        key_value,
        min(position) as position
    from keys
    group by key_kind, key_value
    having count(distinct position) > 1

),

ties as (

    select
        first_holders.position as one,
        keys.position as other
    from keys
    inner join first_holders
        on
            keys.key_kind = first_holders.key_kind
            and keys.key_value = first_holders.key_value
    where keys.position != first_holders.position
    union
    select
        one,
        other
    from merged_pairs

),

both_ways as (

    select
        one,
        other
    from ties
    union
    select
        other as one,
        one as other
    from ties

),

-- The smallest position of a person reaches all accounts of that person, step by step.
reached (position, label) as (

    select
        one as position,
        one as label
    from both_ways
    union
    select
        both_ways.other as position,
        reached.label
    from reached
    inner join both_ways on reached.position = both_ways.one
    where reached.label < both_ways.other

),

labels as (

    select
        position,
        min(label) as label
    from reached
    group by position

),

-- What ties this account to another one, for people who ask why.
reasons as (

    select
        keys.position,
        keys.key_kind as reason
    from keys
    inner join first_holders
        on
            keys.key_kind = first_holders.key_kind
            and keys.key_value = first_holders.key_value
    union
    select
        one as position,
        'link' as reason
    from merged_pairs
    union
    select
        other as position,
        'link' as reason
    from merged_pairs

),

reason_texts as (

    select
        position,
        string_agg(reason, ', ' order by reason) as matched_by
    from reasons
    group by position

)

select
    accounts.account_key,
    first_accounts.account_key as member_key,
    accounts.source_name,
    accounts.account_id,
    reason_texts.matched_by
from accounts
left join labels on accounts.position = labels.position
inner join accounts as first_accounts on coalesce(labels.label, accounts.position) = first_accounts.position
left join reason_texts on accounts.position = reason_texts.position
