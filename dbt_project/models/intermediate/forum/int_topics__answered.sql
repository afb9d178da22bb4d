with

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted

),

openings as (

    select * from posts
    where kind = 'topic'

),

topics as (

    select * from {{ ref('int_topics__unioned') }}

),

replies as (

    select
        topic_key,
        count(*) filter (where kind = 'reply') as replies,
        count(*) filter (where kind = 'reply' and not is_in_own_topic) as replies_by_others,
        count(*) filter (where is_credited_accept) as accepted_answers,
        bool_or(kind = 'reply' and is_accepted) as is_solved,
        min(case when is_credited_accept then created_at end) as first_accepted_reply_at,
        max(created_at) as last_post_at
    from posts
    group by topic_key

),

-- A program's reply is nobody's answer, and one's own reply is none.
answers as (

    select
        topic_key,
        min(created_at) as first_reply_at,
        min_by(member_key, (created_at, post_number, post_key)) as first_reply_member_key,
        min_by(is_staff_at_time, (created_at, post_number, post_key)) as is_first_reply_by_staff,
        min(case when not is_staff_at_time then created_at end) as first_member_reply_at,
        min(case when is_staff_at_time then created_at end) as first_staff_reply_at
    from posts
    where kind = 'reply' and not is_in_own_topic and not is_bot
    group by topic_key

)

select
    openings.topic_key,
    openings.source_name,
    openings.topic_id,
    openings.space_key,
    openings.expertise_area,
    topics.title,
    openings.member_key as opener_member_key,
    openings.created_at as opened_at,
    openings.is_question,
    openings.is_staff_at_time as is_opened_by_staff,
    openings.is_solved_enabled,
    replies.replies,
    replies.replies_by_others,
    answers.first_reply_at,
    answers.first_reply_member_key,
    answers.is_first_reply_by_staff,
    answers.first_member_reply_at,
    answers.first_staff_reply_at,
    replies.last_post_at,
    replies.accepted_answers,
    replies.first_accepted_reply_at,
    replies.is_solved
from openings
inner join topics on openings.topic_key = topics.topic_key
inner join replies on openings.topic_key = replies.topic_key
left join answers on openings.topic_key = answers.topic_key
