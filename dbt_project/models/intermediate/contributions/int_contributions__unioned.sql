with

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted

),

requests as (

    select * from {{ ref('int_requests__staged') }}
    where member_key is not null

),

contributions as (

    select
        kind,
        member_key,
        created_at as occurred_at,
        observed_at,
        source_name,
        case kind when 'topic' then topic_id else post_id end as source_record_id,
        space_key,
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
        1 as quantity,
        false as is_question,
        false as is_answer,
        3 as te_thirds,
        3 as te_thirds_low,
        3 as te_thirds_high
    from posts
    where is_credited_accept
    union all
    select
        'feature_request' as kind,
        member_key,
        submitted_at as occurred_at,
        observed_at,
        source_name,
        source_record_id,
        space_key,
        1 as quantity,
        false as is_question,
        false as is_answer,
        0 as te_thirds,
        0 as te_thirds_low,
        0 as te_thirds_high
    from requests
    union all
    select
        'vote' as kind,
        votes.member_key,
        votes.voted_at as occurred_at,
        votes.observed_at,
        votes.source_name,
        votes.source_record_id,
        voted_requests.space_key,
        1 as quantity,
        false as is_question,
        false as is_answer,
        0 as te_thirds,
        0 as te_thirds_low,
        0 as te_thirds_high
    from {{ ref('int_votes__unioned') }} as votes
    left join {{ ref('int_requests__staged') }} as voted_requests on votes.request_key = voted_requests.request_key
    where votes.member_key is not null
    union all
    select
        'comment' as kind,
        comments.member_key,
        comments.commented_at as occurred_at,
        comments.observed_at,
        comments.source_name,
        comments.source_record_id,
        commented_requests.space_key,
        1 as quantity,
        false as is_question,
        false as is_answer,
        0 as te_thirds,
        0 as te_thirds_low,
        0 as te_thirds_high
    from {{ ref('int_request_comments__unioned') }} as comments
    left join {{ ref('int_requests__staged') }} as commented_requests
        on comments.request_key = commented_requests.request_key
    where comments.member_key is not null

),

keyed as (

    select
        source_name || ':' || kind || ':' || source_record_id as contribution_key,
        *
    from contributions

),

by_staff as (

    select distinct keyed.contribution_key
    from keyed
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            keyed.member_key = staff_periods.member_key
            and keyed.occurred_at >= staff_periods.starts_at
            and keyed.occurred_at < staff_periods.ends_at

)

select
    keyed.contribution_key,
    keyed.member_key,
    keyed.kind,
    keyed.kind in ('topic', 'reply', 'feature_request', 'vote', 'comment') as is_authored,
    keyed.occurred_at,
    keyed.observed_at,
    keyed.source_name,
    keyed.source_record_id,
    keyed.space_key,
    keyed.quantity,
    keyed.is_question,
    keyed.is_answer,
    by_staff.contribution_key is not null as is_staff_at_time,
    keyed.te_thirds,
    keyed.te_thirds_low,
    keyed.te_thirds_high
from keyed
left join by_staff on keyed.contribution_key = by_staff.contribution_key
