with

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
    account_key,
    coalesce(opener_account_key, '') as opener_account_key,
    opener_member_key,
    count(*) filter (where is_reply) as replies,
    count(*) filter (where is_answer_to_another) as answers,
    count(*) filter (where is_accepted) as accepted_answers,
    cast(sum(likes) as bigint) as likes_received,
    cast(sum(case when is_reply and not is_accepted then likes else 0 end) as bigint)
        as helpful_likes,
    bool_or(is_answer_to_another and (is_accepted or likes > 0)) as has_helped
from posts
group by account_key, coalesce(opener_account_key, ''), opener_member_key
