{{ config(severity='warn') }}

-- Accounts that `member_links` splits and that are one person all the same: other accounts or a merge still join them.
-- Add a split of the account between them, or take the merge out.
select
    links.source_name_a,
    links.account_id_a,
    links.source_name_b,
    links.account_id_b,
    first_accounts.member_key
from {{ ref('member_links') }} as links
inner join {{ ref('dim_member_account') }} as first_accounts
    on
        links.source_name_a = first_accounts.source_name
        and links.account_id_a = first_accounts.account_id
inner join {{ ref('dim_member_account') }} as second_accounts
    on
        links.source_name_b = second_accounts.source_name
        and links.account_id_b = second_accounts.account_id
where links.action = 'split' and first_accounts.member_key = second_accounts.member_key
