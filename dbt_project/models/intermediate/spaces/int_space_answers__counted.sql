-- What a forum's spaces hold, since ever, in the days the thresholds call recent, and in as many days before those.
with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', ['health_days']) }}

),

windows as (

    select
        {{ add_days(as_of(), '-health_days') }} as recent_from,
        {{ add_days(as_of(), '-2 * health_days') }} as earlier_from
    from thresholds

),

topics as (

    select
        topics.*,
        coalesce(topics.opened_at >= windows.recent_from, false) as is_recent,
        coalesce(topics.opened_at >= windows.earlier_from and topics.opened_at < windows.recent_from, false)
            as is_earlier
    from {{ ref('int_topics__answered') }} as topics
    cross join windows
    where topics.space_key is not null

),

posts as (

    select
        posts.*,
        coalesce(posts.created_at >= windows.recent_from, false) as is_recent,
        posts.kind = 'reply' and not posts.is_in_own_topic as is_reply_to_other
    from {{ ref('int_posts__classified') }} as posts
    cross join windows
    where posts.is_counted and posts.space_key is not null

),

asked as (

    select
        space_key,
        count(*) as topics,
        count(*) filter (where first_reply_at is null) as unanswered_topics,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_question and first_reply_at is null) as unanswered_questions,
        count(*) filter (where is_question and is_solved_enabled) as solvable_questions,
        count(*) filter (where is_question and is_solved_enabled and is_solved) as solved_questions,
        count(*) filter (where is_recent and is_question) as recent_questions,
        count(*) filter (where is_recent and is_question and first_reply_at is null) as recent_unanswered_questions,
        count(*) filter (where is_recent and is_question and is_solved_enabled) as recent_solvable_questions,
        count(*) filter (where is_recent and is_question and is_solved_enabled and is_solved)
            as recent_solved_questions,
        count(*) filter (where is_earlier and is_question) as earlier_questions,
        count(*) filter (where is_earlier and is_question and first_reply_at is null) as earlier_unanswered_questions
    from topics
    group by space_key

),

written as (

    select
        space_key,
        source_name,
        count(*) as posts,
        count(*) filter (where is_reply_to_other) as replies_to_others,
        count(*) filter (where is_reply_to_other and is_staff_at_time) as staff_replies_to_others,
        count(*) filter (where is_recent and not is_bot) as recent_posts,
        count(distinct case when is_recent and not is_bot then member_key end) as recent_people,
        count(*) filter (where is_recent and is_reply_to_other) as recent_replies_to_others,
        count(*) filter (where is_recent and is_reply_to_other and is_staff_at_time) as recent_staff_replies_to_others
    from posts
    group by space_key, source_name

),

-- Experts of the space's area who have lately replied to somebody here.
experts as (

    select
        posts.space_key,
        count(distinct posts.member_key) as experts
    from posts
    inner join {{ ref('int_space_areas__mapped') }} as areas on posts.space_key = areas.space_key
    inner join {{ ref('int_member_expertise__measured') }} as expertise
        on
            posts.member_key = expertise.member_key
            and areas.expertise_area = expertise.expertise_area
    where posts.is_reply_to_other and posts.is_recent and expertise.is_expert
    group by posts.space_key

)

select
    written.space_key,
    written.source_name,
    written.posts,
    coalesce(asked.topics, 0) as topics,
    coalesce(asked.unanswered_topics, 0) as unanswered_topics,
    coalesce(asked.questions, 0) as questions,
    coalesce(asked.unanswered_questions, 0) as unanswered_questions,
    coalesce(asked.solvable_questions, 0) as solvable_questions,
    coalesce(asked.solved_questions, 0) as solved_questions,
    coalesce(asked.recent_questions, 0) as recent_questions,
    coalesce(asked.recent_unanswered_questions, 0) as recent_unanswered_questions,
    coalesce(asked.recent_solvable_questions, 0) as recent_solvable_questions,
    coalesce(asked.recent_solved_questions, 0) as recent_solved_questions,
    coalesce(asked.earlier_questions, 0) as earlier_questions,
    coalesce(asked.earlier_unanswered_questions, 0) as earlier_unanswered_questions,
    written.replies_to_others,
    written.staff_replies_to_others,
    written.recent_posts,
    written.recent_people,
    written.recent_replies_to_others,
    written.recent_staff_replies_to_others,
    coalesce(experts.experts, 0) as experts
from written
left join asked on written.space_key = asked.space_key
left join experts on written.space_key = experts.space_key
