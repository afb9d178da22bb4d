-- When a topic was solved, and whether anybody of the staff had to write in it before.
with

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted

),

solutions as (

    select
        topic_key,
        min(created_at) as solved_at,
        min(case when is_credited_accept then created_at end) as credited_at,
        min_by(post_number, case when is_credited_accept then (created_at, post_number) end) as credited_number,
        min_by(member_key, case when is_credited_accept then (created_at, post_number) end) as credited_member_key,
        min_by(is_staff_at_time, case when is_credited_accept then (created_at, post_number) end)
            as is_credited_to_staff
    from posts
    where kind = 'reply' and is_accepted
    group by topic_key

),

-- A program's greeting is no help.
staff_posts as (

    select
        topic_key,
        min(created_at) as first_at,
        min_by(post_number, (created_at, post_number)) as first_number
    from posts
    where is_staff_at_time and not is_bot
    group by topic_key

)

select
    topics.topic_key,
    topics.source_name,
    topics.topic_id,
    topics.opened_at,
    solutions.solved_at,
    solutions.credited_at,
    solutions.credited_member_key,
    solutions.is_credited_to_staff,
    solutions.credited_at is not null
    and (
        staff_posts.topic_key is null
        or solutions.credited_at < staff_posts.first_at
        or (solutions.credited_at = staff_posts.first_at and solutions.credited_number <= staff_posts.first_number)
    ) as is_direct
from solutions
inner join {{ ref('int_topics__unioned') }} as topics on solutions.topic_key = topics.topic_key
left join staff_posts on solutions.topic_key = staff_posts.topic_key
