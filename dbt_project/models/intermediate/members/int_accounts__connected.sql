-- Who would be one person if no split took keys away: a split concerns only accounts that something joins.
with recursive

{{ account_components(ref('int_account_keys__verified')) }}

select
    accounts.account_key,
    coalesce(labels.label, accounts.position) as component
from accounts
left join labels on accounts.position = labels.position
