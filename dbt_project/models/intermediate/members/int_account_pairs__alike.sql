-- What more people bear than this many is too common to tell anything: `Alex Kim`, `info@`.
{% set most_holders = 6 %}

with

traits as (

    select * from {{ ref('int_account_traits__listed') }}
    where all_holders <= {{ most_holders }}

),

-- Names are compared with names, user names with user names and with names as one word.
shared as (

    select
        one.account_key as first_account_key,
        other.account_key as second_account_key,
        one.member_key as first_member_key,
        other.member_key as second_member_key,
        one.source_name = other.source_name as is_same_source,
        case
            when one.trait = 'address' then 'same address'
            when one.trait = 'user name' and other.trait = 'user name' then 'same user name'
            when one.trait = 'name' and one.most_holders = 1 then 'same name'
            when one.trait = 'name' then 'same common name'
            else 'user name like name'
        end as signal
    from traits as one
    inner join traits as other
        on
            one.trait_value = other.trait_value
            and one.member_key != other.member_key
            and one.account_key < other.account_key
            and (
                (one.trait = other.trait and one.trait != 'name as one word')
                or (one.trait = 'user name' and other.trait = 'name as one word')
                or (one.trait = 'name as one word' and other.trait = 'user name')
            )

)

-- Within one source two people of one name are two people; only an address makes them suspect.
select distinct
    first_account_key,
    second_account_key,
    first_member_key,
    second_member_key,
    signal
from shared
where signal = 'same address' or not is_same_source
