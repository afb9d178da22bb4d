with

pairs as (

    select
        first_account_key,
        second_account_key,
        first_member_key,
        second_member_key,
        bool_or(signal = 'same address') as has_same_address,
        bool_or(signal in ('same name', 'same common name')) as has_same_name
    from {{ ref('int_account_pairs__alike') }}
    group by first_account_key, second_account_key, first_member_key, second_member_key

),

accounts as (

    select * from {{ ref('int_accounts__unioned') }}

),

profiles as (

    select * from {{ ref('int_member_profiles__merged') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

-- The two people have an account each in one place: people rarely have two.
places_in_common as (

    select distinct
        pairs.first_member_key,
        pairs.second_member_key
    from pairs
    inner join members as first_members on pairs.first_member_key = first_members.member_key
    inner join members as second_members
        on
            pairs.second_member_key = second_members.member_key
            and first_members.source_name = second_members.source_name

),

split_pairs as (

    select distinct
        least(first_members.member_key, second_members.member_key) as one_member_key,
        greatest(first_members.member_key, second_members.member_key) as other_member_key
    from {{ ref('member_links') }} as links
    inner join members as first_members
        on
            links.source_name_a = first_members.source_name
            and links.account_id_a = first_members.account_id
    inner join members as second_members
        on
            links.source_name_b = second_members.source_name
            and links.account_id_b = second_members.account_id
    where links.action = 'split'

),

compared as (

    select
        pairs.*,
        abs({{ seconds_between('first_accounts.created_at', 'second_accounts.created_at') }}) / 86400 as days_apart,
        first_profiles.organization_key = second_profiles.organization_key as is_same_organization,
        {{ normalised_name('first_profiles.country') }} = {{ normalised_name('second_profiles.country') }}
            as is_same_country,
        {{ name_key('first_accounts.display_name') }} != {{ name_key('second_accounts.display_name') }}
            as is_name_different,
        places_in_common.first_member_key is not null as is_both_in_one_source
    from pairs
    inner join accounts as first_accounts on pairs.first_account_key = first_accounts.account_key
    inner join accounts as second_accounts on pairs.second_account_key = second_accounts.account_key
    inner join profiles as first_profiles on pairs.first_member_key = first_profiles.member_key
    inner join profiles as second_profiles on pairs.second_member_key = second_profiles.member_key
    left join places_in_common
        on
            pairs.first_member_key = places_in_common.first_member_key
            and pairs.second_member_key = places_in_common.second_member_key
    left join split_pairs
        on
            least(pairs.first_member_key, pairs.second_member_key) = split_pairs.one_member_key
            and greatest(pairs.first_member_key, pairs.second_member_key) = split_pairs.other_member_key
    where split_pairs.one_member_key is null

),

signals as (

    select
        alike.first_account_key,
        alike.second_account_key,
        alike.signal
    from {{ ref('int_account_pairs__alike') }} as alike
    inner join compared
        on
            alike.first_account_key = compared.first_account_key
            and alike.second_account_key = compared.second_account_key
    -- Who has the same name has a user name like it, too: that says nothing more.
    where not (alike.signal = 'user name like name' and compared.has_same_name)
    union all
    select
        first_account_key,
        second_account_key,
        'same organization' as signal
    from compared
    where is_same_organization
    union all
    select
        first_account_key,
        second_account_key,
        case when is_same_country then 'same country' else 'countries differ' end as signal
    from compared
    where is_same_country is not null
    union all
    select
        first_account_key,
        second_account_key,
        case when days_apart <= 30 then 'made within 30 days' else 'made within 90 days' end as signal
    from compared
    where days_apart <= 90
    union all
    select
        first_account_key,
        second_account_key,
        'names differ' as signal
    from compared
    where is_name_different
    union all
    select
        first_account_key,
        second_account_key,
        'both in one source' as signal
    from compared
    where is_both_in_one_source

)

select
    compared.first_account_key,
    compared.second_account_key,
    compared.first_member_key,
    compared.second_member_key,
    cast(floor(compared.days_apart) as bigint) as days_apart,
    signals.signal,
    weights.effect,
    cast(weights.strength as double) as strength
from compared
inner join signals
    on
        compared.first_account_key = signals.first_account_key
        and compared.second_account_key = signals.second_account_key
inner join {{ ref('match_signals') }} as weights on signals.signal = weights.signal
