with

grants as (

    select * from {{ ref('stg_discourse__user_badges') }}

),

badges as (

    select * from {{ ref('stg_discourse__badges') }}

),

rules as (

    select * from {{ ref('certification_badges') }}

),

from_badges as (

    select
        grants.source_name,
        grants.account_id,
        rules.course,
        rules.event,
        grants.granted_at as occurred_at,
        cast(null as timestamptz) as expires_at,
        'badge' as basis,
        grants.source_name || ':badge:' || grants.user_badge_id || ':' || rules.course || ':' || rules.event as step_key
    from grants
    inner join badges
        on
            grants.source_name = badges.source_name
            and grants.badge_id = badges.badge_id
    inner join rules
        on
            rules.source_name in (grants.source_name, '*')
            and {{ normalised_name('badges.name') }} = {{ normalised_name('rules.badge_name') }}
    where not grants.is_deleted

),

declared as (

    select
        source_name,
        account_id,
        course,
        event,
        {{ local_midnight('occurred_on') }} as occurred_at,
        {{ local_midnight(add_days('expires_on', 1)) }} as expires_at,
        'declared' as basis,
        source_name || ':declared:' || account_id || ':' || course || ':' || event || ':' || cast(occurred_on as string)
            as step_key
    from {{ ref('certifications') }}

),

unioned as (

    select * from from_badges
    union
    select * from declared

)

select
    unioned.step_key,
    unioned.source_name,
    unioned.account_id,
    members.member_key,
    unioned.course,
    unioned.event,
    unioned.occurred_at,
    min(unioned.expires_at) as expires_at,
    unioned.basis
from unioned
inner join {{ ref('int_members__resolved') }} as members
    on
        unioned.source_name = members.source_name
        and unioned.account_id = members.account_id
where unioned.occurred_at < {{ as_of() }}
group by
    unioned.step_key, unioned.source_name, unioned.account_id, members.member_key, unioned.course, unioned.event,
    unioned.occurred_at, unioned.basis
