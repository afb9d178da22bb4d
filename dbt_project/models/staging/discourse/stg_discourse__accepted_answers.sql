with said_by_posts as (

    select
        source_name,
        post_id,
        topic_id,
        account_id,
        is_accepted_answer,
        extracted_at
    from {{ ref('stg_discourse__posts') }}
    where is_accepted_answer is not null

),

-- A thread tells of all its posts: those it does not mark are not accepted.
said_by_threads as (

    select
        thread_posts.source_name,
        thread_posts.post_id,
        thread_posts.topic_id,
        thread_posts.account_id,
        coalesce(thread_posts.is_accepted_answer, false)
        or coalesce(thread_posts.post_number = threads.accepted_post_number, false) as is_accepted_answer,
        thread_posts.extracted_at
    from {{ ref('stg_discourse__thread_posts') }} as thread_posts
    inner join {{ ref('stg_discourse__threads') }} as threads
        on
            thread_posts.source_name = threads.source_name
            and thread_posts.topic_id = threads.topic_id

),

-- Threads may have been landed without their posts; the topic still names one answer.
said_by_topics as (

    select
        threads.source_name,
        posts.post_id,
        threads.topic_id,
        posts.account_id,
        true as is_accepted_answer,
        threads.extracted_at
    from {{ ref('stg_discourse__threads') }} as threads
    inner join {{ ref('stg_discourse__posts') }} as posts
        on
            threads.source_name = posts.source_name
            and threads.topic_id = posts.topic_id
            and threads.accepted_post_number = posts.post_number

),

statements as (

    select * from said_by_posts
    union all
    select * from said_by_threads
    union all
    select * from said_by_topics

),

latest as (

    select
        *,
        row_number() over (
            partition by source_name, post_id
            order by extracted_at desc, is_accepted_answer desc
        ) as place
    from statements

)

select
    source_name,
    post_id,
    topic_id,
    account_id,
    extracted_at
from latest
where place = 1 and is_accepted_answer
