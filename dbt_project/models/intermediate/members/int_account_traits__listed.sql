-- What accounts may have in common without being one person's for certain.
with

accounts as (

    select
        accounts.*,
        members.member_key
    from {{ ref('int_accounts__unioned') }} as accounts
    inner join {{ ref('int_members__resolved') }} as members on accounts.account_key = members.account_key
    where not accounts.is_bot and not accounts.is_deleted

),

addresses as (

    select
        source_name,
        account_id,
        email_hash as address
    from {{ ref('stg_discourse__admin_users') }}
    union
    select
        forum_accounts.source_name,
        forum_accounts.account_id,
        other.item as address
    from {{ ref('stg_discourse__admin_users') }} as forum_accounts
    {{ unnest_list('forum_accounts.other_email_hashes', 'other') }}
    union
    select
        source_name,
        account_id,
        email_hash as address
    from {{ ref('stg_uservoice__users') }}
    union
    select
        source_name,
        account_id,
        email_hash as address
    from {{ ref('stg_zendesk__users') }}

),

traits as (

    select
        accounts.account_key,
        accounts.member_key,
        accounts.source_name,
        'address' as trait,
        trim(addresses.address) as trait_value
    from addresses
    inner join accounts
        on
            addresses.source_name = accounts.source_name
            and addresses.account_id = accounts.account_id
    where trim(addresses.address) != ''
    union all
    select
        account_key,
        member_key,
        source_name,
        'name' as trait,
        {{ name_key('display_name') }} as trait_value
    from accounts
    where {{ name_key('display_name') }} is not null
    union all
    select
        account_key,
        member_key,
        source_name,
        'user name' as trait,
        {{ handle_key('username') }} as trait_value
    from accounts
    where {{ handle_key('username') }} is not null
    union all
    select
        account_key,
        member_key,
        source_name,
        'name as one word' as trait,
        {{ handle_key('display_name') }} as trait_value
    from accounts
    where {{ handle_key('display_name') }} is not null

),

counted as (

    select
        trait,
        trait_value,
        source_name,
        count(distinct member_key) as holders
    from traits
    group by trait, trait_value, source_name

),

-- The source in which most people bear it tells how common it is.
commonness as (

    select
        trait,
        trait_value,
        max(holders) as most_holders,
        sum(holders) as all_holders
    from counted
    group by trait, trait_value

)

select
    traits.account_key,
    traits.member_key,
    traits.source_name,
    traits.trait,
    traits.trait_value,
    commonness.most_holders,
    cast(commonness.all_holders as bigint) as all_holders
from traits
inner join commonness
    on
        traits.trait = commonness.trait
        and traits.trait_value = commonness.trait_value
