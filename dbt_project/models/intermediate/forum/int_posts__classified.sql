with

posts as (

    select * from {{ ref('int_posts__unioned') }}

),

topics as (

    select * from {{ ref('int_topics__unioned') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

spaces as (

    select * from {{ ref('int_spaces__unioned') }}

),

topics_with_openers as (

    select
        topics.*,
        members.member_key as opener_member_key,
        coalesce(spaces.is_support, true) as is_in_support_space
    from topics
    left join members
        on
            topics.source_name = members.source_name
            and topics.opener_account_id = members.account_id
    left join spaces on topics.space_key = spaces.space_key

),

opened_by_staff as (

    select distinct topics_with_openers.topic_key
    from topics_with_openers
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            topics_with_openers.opener_member_key = staff_periods.member_key
            and topics_with_openers.opened_at >= staff_periods.starts_at
            and topics_with_openers.opened_at < staff_periods.ends_at

),

questions as (

    select
        topics_with_openers.*,
        topics_with_openers.opener_member_key is not null
        and opened_by_staff.topic_key is null
        and topics_with_openers.is_in_support_space
        and not topics_with_openers.is_private_message
        and not topics_with_openers.is_about as is_question
    from topics_with_openers
    left join opened_by_staff on topics_with_openers.topic_key = opened_by_staff.topic_key

),

-- Where nobody says whether answers can be accepted, it shows where one was.
solving_spaces as (

    select distinct topics.space_key
    from posts
    inner join topics on posts.topic_key = topics.topic_key
    where posts.is_accepted

),

bots as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where role = 'bot'

),

joined as (

    select
        posts.*,
        case when posts.post_number = 1 then 'topic' else 'reply' end as kind,
        case
            when posts.post_type != 1 then 'system post'
            when questions.is_private_message then 'private message'
            when posts.is_deleted or questions.is_deleted then 'deleted'
            when posts.is_user_deleted then 'deleted by its author'
            when posts.is_hidden then 'hidden'
            when questions.is_about and posts.post_number = 1 then 'about topic'
            when members.member_key is null then 'unknown author'
        end as not_counted_reason,
        questions.topic_id,
        questions.title as topic_title,
        questions.space_key,
        questions.opener_member_key,
        questions.is_question as is_in_question,
        members.member_key,
        bots.member_key is not null as is_bot,
        coalesce(members.member_key = questions.opener_member_key, false) as is_in_own_topic,
        coalesce(questions.is_solved_enabled, solving_spaces.space_key is not null) as is_solved_enabled,
        areas.expertise_area
    from posts
    inner join questions on posts.topic_key = questions.topic_key
    left join members
        on
            posts.source_name = members.source_name
            and posts.account_id = members.account_id
    left join bots on members.member_key = bots.member_key
    left join solving_spaces on questions.space_key = solving_spaces.space_key
    left join {{ ref('int_subject_areas__mapped') }} as areas on posts.topic_key = areas.subject_key

),

by_staff as (

    select distinct joined.post_key
    from joined
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            joined.member_key = staff_periods.member_key
            and joined.created_at >= staff_periods.starts_at
            and joined.created_at < staff_periods.ends_at

),

flagged as (

    select
        joined.*,
        by_staff.post_key is not null as is_staff_at_time,
        joined.not_counted_reason is null as is_counted
    from joined
    left join by_staff on joined.post_key = by_staff.post_key

),

classified as (

    select
        *,
        is_counted and kind = 'topic' and is_in_question as is_question,
        is_counted and kind = 'reply' and is_in_question and not is_in_own_topic as is_answer,
        is_counted and kind = 'reply' and is_accepted and not is_in_own_topic as is_credited_accept
    from flagged

)

select
    post_key,
    source_name,
    post_id,
    topic_key,
    topic_id,
    topic_title,
    space_key,
    expertise_area,
    post_number,
    kind,
    member_key,
    opener_member_key,
    created_at,
    observed_at,
    liked_observed_at,
    accepted_observed_at,
    likes,
    -- Likes that stand for help: on replies to others, and not on answers that count as accepted already.
    case when is_counted and kind = 'reply' and not is_in_own_topic and not is_credited_accept then likes else 0 end
        as helpful_likes,
    is_accepted,
    is_solved_enabled,
    is_staff_at_time,
    is_bot,
    is_counted,
    not_counted_reason,
    is_in_own_topic,
    is_in_question,
    is_question,
    is_answer,
    is_credited_accept,
    basis
from classified
