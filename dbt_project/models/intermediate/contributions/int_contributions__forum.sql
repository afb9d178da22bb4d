with

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted

)

select
    kind,
    member_key,
    created_at as occurred_at,
    observed_at,
    source_name,
    case kind when 'topic' then topic_id else post_id end as source_record_id,
    space_key,
    expertise_area,
    topic_key,
    cast(1 as bigint) as quantity,
    is_question,
    is_answer,
    cast(0 as bigint) as te_thirds,
    cast(0 as bigint) as te_thirds_low,
    cast(0 as bigint) as te_thirds_high
from posts
union all
select
    'like_received' as kind,
    member_key,
    created_at as occurred_at,
    liked_observed_at as observed_at,
    source_name,
    post_id as source_record_id,
    space_key,
    expertise_area,
    topic_key,
    likes as quantity,
    false as is_question,
    false as is_answer,
    helpful_likes as te_thirds,
    0 as te_thirds_low,
    likes as te_thirds_high
from posts
where likes > 0
union all
select
    'accepted_answer' as kind,
    member_key,
    created_at as occurred_at,
    accepted_observed_at as observed_at,
    source_name,
    post_id as source_record_id,
    space_key,
    expertise_area,
    topic_key,
    1 as quantity,
    false as is_question,
    false as is_answer,
    3 as te_thirds,
    3 as te_thirds_low,
    3 as te_thirds_high
from posts
where is_credited_accept
