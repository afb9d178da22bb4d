-- What was seen of each accepted answer over time: by the post's own mark, or in its thread as a whole.
with

posts as (

    select * from {{ ref('stg_discourse__posts') }}

),

thread_history as (

    select * from {{ ref('stg_discourse__thread_history') }}

),

marks as (

    select
        source_name,
        post_id,
        coalesce(value = 'true', false) as is_accepted,
        observed_at
    from {{ ref('stg_discourse__post_history') }}
    where field = 'is_accepted_answer'

),

listed as (

    select
        thread_history.source_name,
        cast(post.item as string) as post_id,
        thread_history.topic_id,
        thread_history.observed_at
    from thread_history
    {{ unnest_list(number_list('thread_history.value'), 'post') }}
    where thread_history.field = 'accepted_post_ids'
    union
    select
        posts.source_name,
        posts.post_id,
        posts.topic_id,
        thread_history.observed_at
    from thread_history
    inner join posts
        on
            thread_history.source_name = posts.source_name
            and thread_history.topic_id = posts.topic_id
            and try_cast(thread_history.value as bigint) = posts.post_number
    where thread_history.field = 'accepted_post_number'

),

first_marks as (

    select
        source_name,
        post_id,
        min(case when is_accepted then observed_at end) as observed_at,
        max_by(is_accepted, case when observed_at <= {{ as_of() }} then observed_at end) as is_accepted_then
    from marks
    group by source_name, post_id

),

last_lists as (

    select
        source_name,
        topic_id,
        max(observed_at) as observed_at
    from thread_history
    where field in ('accepted_post_ids', 'accepted_post_number') and observed_at <= {{ as_of() }}
    group by source_name, topic_id

),

first_lists as (

    select
        listed.source_name,
        listed.post_id,
        min(listed.observed_at) as observed_at,
        -- Null before a thread's first list: a list that nobody had seen says nothing.
        bool_or(listed.observed_at = last_lists.observed_at) as is_accepted_then
    from listed
    left join last_lists
        on
            listed.source_name = last_lists.source_name
            and listed.topic_id = last_lists.topic_id
    group by listed.source_name, listed.post_id

)

select
    coalesce(first_marks.source_name, first_lists.source_name) as source_name,
    coalesce(first_marks.post_id, first_lists.post_id) as post_id,
    least(first_marks.observed_at, first_lists.observed_at) as first_observed_at,
    -- Null if neither had been observed by as_of.
    case
        when first_marks.is_accepted_then or first_lists.is_accepted_then then true
        else coalesce(first_marks.is_accepted_then, first_lists.is_accepted_then)
    end as is_accepted_then
from first_marks
full outer join first_lists
    on
        first_marks.source_name = first_lists.source_name
        and first_marks.post_id = first_lists.post_id
where first_marks.observed_at is not null or first_lists.observed_at is not null
