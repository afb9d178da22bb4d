with

posts as (

    select * from {{ ref('stg_discourse__posts') }}
    where created_at <= {{ as_of() }}

),

history as (

    select * from {{ ref('stg_discourse__post_history') }}

),

accepted_answers as (

    select * from {{ ref('stg_discourse__accepted_answers') }}

),

acceptance as (

    select * from {{ ref('int_accepted_answers__observed') }}

),

first_seen as (

    select
        source_name,
        post_id,
        min(observed_at) as observed_at,
        min(case when field = 'like_count' and try_cast(value as bigint) > 0 then observed_at end) as liked_observed_at
    from history
    group by source_name, post_id

),

-- Only a build for a past date meets posts observed after it; they show what history says they were then.
observed_later as (

    select
        source_name,
        post_id
    from posts
    where extracted_at > {{ as_of() }}

),

values_then as (

    select
        history.source_name,
        history.post_id,
        history.field,
        max_by(coalesce(history.value, ''), (history.observed_at, history.load_id)) as value
    from history
    inner join observed_later
        on
            history.source_name = observed_later.source_name
            and history.post_id = observed_later.post_id
    where history.observed_at <= {{ as_of() }}
    group by history.source_name, history.post_id, history.field

),

shown_then as (

    select
        source_name,
        post_id,
        max(case when field = 'like_count' then try_cast(value as bigint) end) as like_count,
        -- Flags that were never up have no history.
        coalesce(bool_or(value = 'true') filter (where field = 'is_hidden'), false) as is_hidden,
        coalesce(bool_or(value = 'true') filter (where field = 'is_user_deleted'), false) as is_user_deleted,
        coalesce(bool_or(value not in ('', 'false')) filter (where field in ('deleted_at', 'is_deleted')), false)
            as is_deleted
    from values_then
    group by source_name, post_id

)

select
    posts.source_name || ':' || posts.post_id as post_key,
    posts.source_name,
    posts.post_id,
    posts.source_name || ':' || posts.topic_id as topic_key,
    posts.post_number,
    posts.post_type,
    posts.account_id,
    posts.created_at,
    coalesce(first_seen.observed_at, posts.extracted_at) as observed_at,
    coalesce(first_seen.liked_observed_at, posts.extracted_at) as liked_observed_at,
    coalesce(acceptance.first_observed_at, accepted_answers.extracted_at) as accepted_observed_at,
    coalesce(shown_then.like_count, posts.like_count) as likes,
    case
        when coalesce(accepted_answers.extracted_at, posts.extracted_at) > {{ as_of() }}
            then coalesce(
                acceptance.is_accepted_then, shown_then.post_id is null and accepted_answers.post_id is not null
            )
        else accepted_answers.post_id is not null
    end as is_accepted,
    coalesce(shown_then.is_hidden, posts.is_hidden) as is_hidden,
    coalesce(shown_then.is_user_deleted, posts.is_user_deleted) as is_user_deleted,
    coalesce(shown_then.is_deleted, posts.is_deleted or posts.is_vendor_deleted) as is_deleted,
    case when posts.extracted_at <= {{ as_of() }} or shown_then.post_id is not null then 'observed' else 'current' end
        as basis
from posts
left join first_seen
    on
        posts.source_name = first_seen.source_name
        and posts.post_id = first_seen.post_id
left join shown_then
    on
        posts.source_name = shown_then.source_name
        and posts.post_id = shown_then.post_id
left join accepted_answers
    on
        posts.source_name = accepted_answers.source_name
        and posts.post_id = accepted_answers.post_id
left join acceptance
    on
        posts.source_name = acceptance.source_name
        and posts.post_id = acceptance.post_id
