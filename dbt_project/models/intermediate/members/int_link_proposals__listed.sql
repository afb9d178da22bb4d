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
    having count(*) > 1 and count(*) <= {{ most_accounts }}

),

joins as (

    select
        'merge ' || first_account_key || ' ' || second_account_key as proposal_key,
        first_account_key,
        second_account_key,
        first_member_key,
        second_member_key
    from {{ ref('int_match_suggestions__chosen') }}

),

-- The account to take off, and the first of the accounts that stay.
cuts as (

    select
        members.account_key as second_account_key,
        members.member_key,
        min_by(staying.account_key, (staying.source_name, {{ id_order('staying.account_id') }}, staying.account_id))
            as first_account_key
    from members
    inner join joined_people on members.member_key = joined_people.member_key
    inner join members as staying
        on
            members.member_key = staying.member_key
            and members.account_key != staying.account_key
    group by members.account_key, members.member_key

)

select
    joins.proposal_key,
    'merge' as action,
    joins.first_account_key,
    joins.second_account_key,
    'a' as side,
    members.account_key,
    members.member_key
from joins
inner join members on joins.first_member_key = members.member_key
union all
select
    joins.proposal_key,
    'merge' as action,
    joins.first_account_key,
    joins.second_account_key,
    'b' as side,
    members.account_key,
    members.member_key
from joins
inner join members on joins.second_member_key = members.member_key
union all
select
    'split ' || cuts.first_account_key || ' ' || cuts.second_account_key as proposal_key,
    'split' as action,
    cuts.first_account_key,
    cuts.second_account_key,
    case when members.account_key = cuts.second_account_key then 'b' else 'a' end as side,
    members.account_key,
    members.member_key
from cuts
inner join members on cuts.member_key = members.member_key
