-- Which groups a newcomer is in, by what was known within 30 days of the first contribution.
with

contributions as (

    select
        member_key,
        kind,
        occurred_at,
        contribution_key,
        topic_key,
        is_question,
        expertise_area
    from {{ ref('int_contributions__unioned') }}
    where is_authored

),

firsts as (

    select
        member_key,
        min(occurred_at) as starts_at,
        min_by(topic_key, (occurred_at, contribution_key)) as topic_key,
        min_by(kind = 'topic' and is_question, (occurred_at, contribution_key)) as is_question
    from contributions
    group by member_key
    having min(occurred_at) <= {{ add_days(as_of(), '-' ~ var('silence_days')) }}

),

declared as (

    select distinct members.member_key
    from {{ ref('member_facts') }} as facts
    inner join {{ ref('int_members__resolved') }} as members
        on
            facts.source_name = members.source_name
            and facts.account_id = members.account_id
    where facts.segment is not null or {{ normalised_name('facts.organization') }} != ''

),

-- A company's account made later tells a segment nobody knew when the person came.
known_then as (

    select distinct firsts.member_key
    from firsts
    inner join {{ ref('int_members__resolved') }} as members on firsts.member_key = members.member_key
    inner join {{ ref('int_accounts__unioned') }} as accounts on members.account_key = accounts.account_key
    where
        accounts.organization_id is not null
        and coalesce(accounts.created_at, firsts.starts_at) <= {{ add_days('firsts.starts_at', 30) }}

),

segments as (

    select
        firsts.member_key,
        case
            when declared.member_key is not null or known_then.member_key is not null
                then coalesce(profiles.segment, 'unknown')
            else 'unknown'
        end as segment
    from firsts
    left join declared on firsts.member_key = declared.member_key
    left join known_then on firsts.member_key = known_then.member_key
    left join {{ ref('int_member_profiles__merged') }} as profiles on firsts.member_key = profiles.member_key

),

area_counts as (

    select
        firsts.member_key,
        contributions.expertise_area,
        count(*) as contributions
    from firsts
    inner join contributions
        on
            firsts.member_key = contributions.member_key
            and contributions.occurred_at <= {{ add_days('firsts.starts_at', 30) }}
    where contributions.expertise_area is not null
    group by firsts.member_key, contributions.expertise_area

),

areas as (

    select
        member_key,
        min_by(expertise_area, (-contributions, expertise_area)) as expertise_area
    from area_counts
    group by member_key

),

first_replies as (

    select
        firsts.member_key,
        firsts.starts_at,
        coalesce(topics.is_first_reply_by_staff, false) as is_by_staff,
        topics.first_reply_at <= {{ add_days('firsts.starts_at', 7) }} as is_answered,
        topics.first_reply_at <= {{ add_days('firsts.starts_at', 1) }} as is_within_day
    from firsts
    inner join {{ ref('int_topics__answered') }} as topics on firsts.topic_key = topics.topic_key
    where firsts.is_question

)

select
    'all' as group_kind,
    'all' as group_name,
    member_key,
    starts_at
from firsts
union all
select
    'segment' as group_kind,
    segments.segment as group_name,
    firsts.member_key,
    firsts.starts_at
from firsts
inner join segments on firsts.member_key = segments.member_key
union all
select
    'area' as group_kind,
    coalesce(areas.expertise_area, 'none') as group_name,
    firsts.member_key,
    firsts.starts_at
from firsts
left join areas on firsts.member_key = areas.member_key
union all
select
    'answered_by' as group_kind,
    case when is_answered is not true then 'nobody' when is_by_staff then 'staff' else 'member' end as group_name,
    member_key,
    starts_at
from first_replies
union all
select
    'answered_within' as group_kind,
    case
        when is_answered is not true then 'not in time'
        when is_within_day then 'a day'
        else 'a week'
    end as group_name,
    member_key,
    starts_at
from first_replies
