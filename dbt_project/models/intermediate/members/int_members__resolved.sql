-- Accounts joined by keys or links, whatever the number of steps between them, are one person.
with recursive

{{ account_components(ref('int_account_keys__kept')) }},

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
