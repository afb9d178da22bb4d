-- Whoever has more accounts than this is a mailbox or a test, whose parts nobody looks at one by one.
{% set most_accounts = 10 %}

with

members as (

    select * from {{ ref('int_members__resolved') }}

),

joined_people as (

    select member_key
    from members
    group by member_key
    having count(*) between 2 and {{ most_accounts }}

),

merges as (

    select
        'merge ' || first_account_key || ' ' || second_account_key as proposal_key,
        first_account_key,
        second_account_key,
        first_member_key,
        second_member_key
    from {{ ref('int_match_suggestions__chosen') }}

),

-- The account to take off, and the first of the accounts that stay.
splits as (

    select
        members.account_key as second_account_key,
        members.member_key,
        min_by(others.account_key, (others.source_name, {{ id_order('others.account_id') }}, others.account_id))
            as first_account_key
    from members
    inner join joined_people on members.member_key = joined_people.member_key
    inner join members as others
        on
            members.member_key = others.member_key
            and members.account_key != others.account_key
    group by members.account_key, members.member_key

)

select
    merges.proposal_key,
    'merge' as action,
    merges.first_account_key,
    merges.second_account_key,
    'a' as side,
    members.account_key,
    members.member_key
from merges
inner join members on merges.first_member_key = members.member_key
union all
select
    merges.proposal_key,
    'merge' as action,
    merges.first_account_key,
    merges.second_account_key,
    'b' as side,
    members.account_key,
    members.member_key
from merges
inner join members on merges.second_member_key = members.member_key
union all
select
    'split ' || splits.first_account_key || ' ' || splits.second_account_key as proposal_key,
    'split' as action,
    splits.first_account_key,
    splits.second_account_key,
    case when members.account_key = splits.second_account_key then 'b' else 'a' end as side,
    members.account_key,
    members.member_key
from splits
inner join members on splits.member_key = members.member_key
