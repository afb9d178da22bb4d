with

people as (

    select * from {{ ref('int_outreach_people__chosen') }}

),

helped as (

    select
        people.list,
        people.member_key,
        posts.expertise_area,
        posts.opener_member_key,
        posts.is_credited_accept,
        posts.helpful_likes + case when posts.is_credited_accept then 3 else 0 end as te_thirds
    from people
    inner join {{ ref('int_posts__classified') }} as posts
        on
            people.member_key = posts.member_key
            and posts.created_at >= {{ local_midnight('people.from_month') }}
            and posts.created_at < {{ local_midnight(add_months('people.to_month', 1)) }}
    where posts.is_counted and posts.kind = 'reply' and not posts.is_in_own_topic

),

help as (

    select
        list,
        member_key,
        count(*) as answers_to_others,
        count(distinct opener_member_key) as people_answered,
        count(*) filter (where is_credited_accept) as accepted_answers,
        sum(te_thirds) as te_thirds
    from helped
    group by list, member_key

),

areas as (

    select
        list,
        member_key,
        expertise_area,
        row_number() over (partition by list, member_key order by count(*) desc, expertise_area) as area_rank
    from helped
    where expertise_area is not null
    group by list, member_key, expertise_area

),

active_days as (

    select
        people.list,
        people.member_key,
        sum(member_months.active_days) as active_days,
        sum(member_months.authored) as authored
    from people
    inner join {{ ref('int_member_months__measured') }} as member_months
        on
            people.member_key = member_months.member_key
            and people.from_month <= member_months.month
            and people.to_month >= member_months.month
    group by people.list, people.member_key

)

select
    people.list,
    people.member_key,
    profiles.display_name,
    people.from_month,
    people.to_month,
    people.last_contribution_at,
    people.silent_days,
    people.is_in_program,
    profiles.is_deleted,
    cast(coalesce(active_days.authored, 0) as bigint) as authored,
    cast(coalesce(active_days.active_days, 0) as bigint) as active_days,
    coalesce(help.answers_to_others, 0) as answers_to_others,
    coalesce(help.people_answered, 0) as people_answered,
    coalesce(help.accepted_answers, 0) as accepted_answers,
    cast(coalesce(help.te_thirds, 0) as bigint) as te_thirds,
    areas.expertise_area
from people
inner join {{ ref('int_member_profiles__merged') }} as profiles on people.member_key = profiles.member_key
left join active_days on people.list = active_days.list and people.member_key = active_days.member_key
left join help on people.list = help.list and people.member_key = help.member_key
left join areas on people.list = areas.list and people.member_key = areas.member_key and areas.area_rank = 1
