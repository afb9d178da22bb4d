with

profiles as (

    select * from {{ ref('int_member_profiles__merged') }}

),

terms as (

    select distinct
        member_key,
        program,
        tier
    from {{ ref('int_program_terms__dated') }}
    where is_in_term

),

tier_holders as (

    select
        tier,
        count(distinct member_key) as holders
    from terms
    where tier is not null
    group by tier

),

-- No list says which tier is above which: the rarer one is taken for the higher.
tiers as (

    select
        terms.member_key,
        min_by(terms.tier, (tier_holders.holders, terms.tier)) as tier
    from terms
    inner join tier_holders on terms.tier = tier_holders.tier
    group by terms.member_key

),

experts as (

    select distinct member_key
    from {{ ref('int_member_expertise__measured') }}
    where is_expert

),

authored as (

    select
        member_key,
        min(occurred_at) as first_contribution_at,
        max(occurred_at) as last_contribution_at,
        count(distinct date_trunc('week', {{ local_date('occurred_at') }})) as active_weeks,
        count(distinct {{ local_month('occurred_at') }}) as active_months
    from {{ ref('int_contributions__unioned') }}
    where is_authored
    group by member_key

),

acknowledged as (

    select member_key
    from {{ ref('int_contributions__unioned') }}
    where kind in ('like_received', 'accepted_answer')
    union
    select opener_member_key as member_key
    from {{ ref('int_posts__classified') }}
    where is_counted and kind = 'reply' and not is_in_own_topic and not is_bot and opener_member_key is not null

)

select
    profiles.member_key,
    profiles.display_name,
    profiles.is_staff,
    profiles.staff_role as role,
    profiles.staff_department as department,
    profiles.segment,
    profiles.organization,
    profiles.language,
    case
        when experts.member_key is not null then 'expert'
        when authored.member_key is null then 'joined'
        when acknowledged.member_key is null then 'first post'
        when authored.active_weeks < 2 then 'acknowledged'
        when authored.active_months < 3 then 'returning'
        else 'regular'
    end as journey_stage,
    profiles.joined_at,
    authored.first_contribution_at,
    authored.last_contribution_at,
    profiles.account_count,
    profiles.is_deleted,
    profiles.organization_key,
    profiles.persona,
    profiles.region,
    profiles.country,
    profiles.job_title,
    tiers.tier
from profiles
left join tiers on profiles.member_key = tiers.member_key
left join experts on profiles.member_key = experts.member_key
left join authored on profiles.member_key = authored.member_key
left join acknowledged on profiles.member_key = acknowledged.member_key
