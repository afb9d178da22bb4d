with

newcomers as (

    select
        newcomers.*,
        profiles.display_name,
        echoes.acknowledged_at,
        echoes.first_reply_at,
        echoes.first_reply_member_key,
        echoes.is_first_reply_by_staff
    from {{ ref('int_newcomers__dated') }} as newcomers
    inner join {{ ref('int_newcomers__acknowledged') }} as echoes on newcomers.member_key = echoes.member_key
    inner join {{ ref('int_member_profiles__merged') }} as profiles on newcomers.member_key = profiles.member_key
    where
        newcomers.first_contribution_at >= {{ local_midnight(add_days(last_day(), -29)) }}
        and not profiles.is_staff
        and not profiles.is_deleted

),

activity as (

    select
        contributions.member_key,
        count(*) filter (where contributions.is_authored) as authored,
        count(distinct case when contributions.is_authored then {{ local_date('contributions.occurred_at') }} end)
            as active_days,
        sum(case when contributions.kind = 'like_received' then contributions.quantity else 0 end) as likes_received
    from {{ ref('int_contributions__unioned') }} as contributions
    inner join newcomers on contributions.member_key = newcomers.member_key
    group by contributions.member_key

),

described as (

    select
        newcomers.*,
        activity.authored,
        activity.active_days,
        cast(activity.likes_received as bigint) as likes_received,
        spaces.name as space_name,
        coalesce(topics.title, requests.title) as title,
        answerers.display_name as answered_by,
        newcomers.first_kind in ('topic', 'feature_request') as is_to_be_answered,
        newcomers.first_kind in ('topic', 'feature_request', 'reply') as is_to_be_noticed,
        {{ whole_days('newcomers.first_contribution_at', as_of()) }} as days_since_first,
        greatest(
            {{ hours_between(
                'newcomers.first_contribution_at', 'coalesce(newcomers.first_reply_at, ' ~ known_until() ~ ')'
            ) }},
            0
        ) as hours_to_reply
    from newcomers
    inner join activity on newcomers.member_key = activity.member_key
    left join {{ ref('int_spaces__unioned') }} as spaces on newcomers.first_space_key = spaces.space_key
    left join {{ ref('int_topics__unioned') }} as topics on newcomers.first_topic_key = topics.topic_key
    left join {{ ref('int_requests__unioned') }} as requests
        on
            newcomers.first_source_name = requests.source_name
            and newcomers.first_source_record_id = requests.source_record_id
            and newcomers.first_kind = 'feature_request'
    left join {{ ref('int_member_profiles__merged') }} as answerers
        on newcomers.first_reply_member_key = answerers.member_key

),

measured as (

    select
        *,
        case when is_to_be_answered then first_reply_at is not null end as is_answered,
        case when is_to_be_answered and first_reply_at is null then hours_to_reply end as waiting_hours,
        case when first_reply_at is not null then hours_to_reply end as answered_after_hours
    from described

)

select
    member_key,
    display_name,
    cast(row_number() over (
        order by
            waiting_hours desc nulls last,
            acknowledged_at is not null or not is_to_be_noticed asc,
            first_contribution_at desc,
            member_key asc
    ) as integer) as welcome_rank,
    segment,
    first_contribution_at,
    first_kind,
    is_first_a_question,
    first_topic_key,
    space_name as first_space_name,
    title as first_title,
    authored,
    active_days,
    likes_received,
    is_answered,
    first_reply_at,
    first_reply_member_key,
    answered_by as first_reply_name,
    is_first_reply_by_staff,
    answered_after_hours,
    waiting_hours,
    acknowledged_at is not null as is_acknowledged,
    'Began '
    || case when days_since_first = 0 then 'today' else {{ count_text('days_since_first', 'day') }} || ' ago' end
    || case
        when is_first_a_question then ' with a question'
        when first_kind = 'activity' then ' with an activity'
        else ' with a ' || replace(first_kind, '_', ' ')
    end
    || coalesce(' in ' || space_name, '') || coalesce(', “' || title || '”', '') || '; '
    || case
        when waiting_hours is not null
            then 'nobody has answered for ' || {{ hours_text('waiting_hours') }}
        when is_answered
            then
                'answered by ' || coalesce(answered_by, 'somebody')
                || case when is_first_reply_by_staff then ' (staff)' else '' end
                || ' after ' || {{ hours_text('answered_after_hours') }}
        when acknowledged_at is not null then 'was replied to or liked'
        when is_to_be_noticed then 'nobody has replied or liked it'
        else 'that asks for no answer'
    end
    || '. ' || {{ count_text('authored', 'contribution') }} || ' so far, on '
    || {{ count_text('active_days', 'day') }} || '.' as reason
from measured
