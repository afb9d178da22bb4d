with

accounts as (

    select
        *,
        source_name || ':' || account_id as account_key
    from {{ ref('dim_member_account') }}

)

select
    suggestions.first_account_key || ' = ' || suggestions.second_account_key as suggestion_key,
    suggestions.first_member_key as member_key_a,
    suggestions.second_member_key as member_key_b,
    first_accounts.source_name as source_name_a,
    first_accounts.account_id as account_id_a,
    first_accounts.display_name as display_name_a,
    first_accounts.username as username_a,
    second_accounts.source_name as source_name_b,
    second_accounts.account_id as account_id_b,
    second_accounts.display_name as display_name_b,
    second_accounts.username as username_b,
    suggestions.score,
    suggestions.reason
from {{ ref('int_match_suggestions__chosen') }} as suggestions
inner join accounts as first_accounts on suggestions.first_account_key = first_accounts.account_key
inner join accounts as second_accounts on suggestions.second_account_key = second_accounts.account_key
