-- Only accounts that somebody may join or take apart.
with

concerned as (

    select distinct account_key
    from {{ ref('int_link_proposals__listed') }}

),

topics as (

    select
        topics.topic_key,
        topics.source_name || ':' || topics.opener_account_id as opener_account_key,
        coalesce(answered.is_question, false) as is_question
    from {{ ref('int_topics__unioned') }} as topics
    left join {{ ref('int_topics__answered') }} as answered on topics.topic_key = answered.topic_key

),

posts as (

    select
        posts.source_name || ':' || posts.account_id as account_key,
        topics.opener_account_key,
        classified.opener_member_key,
        classified.kind = 'reply' as is_reply,
        -- What a reply would be if its topic were another's.
        classified.is_answer or (classified.kind = 'reply' and classified.is_in_own_topic and topics.is_question)
            as is_answer_to_another,
        classified.kind = 'reply' and classified.is_accepted as is_accepted,
        coalesce(classified.likes, 0) as likes
    from {{ ref('int_posts__classified') }} as classified
    inner join {{ ref('int_posts__unioned') }} as posts on classified.post_key = posts.post_key
    inner join topics on classified.topic_key = topics.topic_key
    where classified.is_counted

)

select
    posts.account_key,
    coalesce(posts.opener_account_key, '') as opener_account_key,
    posts.opener_member_key,
    count(*) filter (where posts.is_reply) as replies,
    count(*) filter (where posts.is_answer_to_another) as answers,
    count(*) filter (where posts.is_accepted) as accepted_answers,
    cast(sum(posts.likes) as bigint) as likes_received,
    cast(sum(case when posts.is_reply and not posts.is_accepted then posts.likes else 0 end) as bigint)
        as helpful_likes,
    bool_or(posts.is_answer_to_another and (posts.is_accepted or posts.likes > 0)) as has_helped
from posts
inner join concerned on posts.account_key = concerned.account_key
group by posts.account_key, coalesce(posts.opener_account_key, ''), posts.opener_member_key
