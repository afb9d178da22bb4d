-- What the marks of posts and the lists of threads said by then of answers they told of later again.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

posts as (

    select
        post_key,
        topic_key,
        post_id,
        post_number,
        observed_at
    from {{ ref('int_posts__classified') }}

),

marks as (

    select
        source_name || ':' || post_id as post_key,
        value = 'true' as is_accepted,
        observed_at,
        load_id
    from {{ ref('stg_discourse__post_history') }}
    where field = 'is_accepted_answer'

),

threads as (

    select
        source_name || ':' || topic_id as topic_key,
        field,
        value,
        observed_at
    from {{ ref('stg_discourse__thread_history') }}
    where field in ('accepted_post_ids', 'accepted_post_number')

),

lists as (

    select
        topic_key,
        observed_at
    from threads
    group by topic_key, observed_at

),

listed as (

    select
        threads.topic_key,
        posts.post_key,
        threads.observed_at
    from threads
    {{ unnest_list(number_list('threads.value'), 'accepted') }}
    inner join posts
        on
            threads.topic_key = posts.topic_key
            and cast(accepted.item as string) = posts.post_id
    where threads.field = 'accepted_post_ids'
    union
    select
        threads.topic_key,
        posts.post_key,
        threads.observed_at
    from threads
    inner join posts
        on
            threads.topic_key = posts.topic_key
            and try_cast(threads.value as bigint) = posts.post_number
    where threads.field = 'accepted_post_number'

),

ever_marked as (

    select distinct post_key
    from marks
    where is_accepted

),

ever_listed as (

    select distinct
        topic_key,
        post_key
    from listed

),

-- Each telling of an answer that was accepted at any time: a list also tells of those it holds no more.
tellings as (

    select
        marks.post_key,
        marks.is_accepted,
        marks.observed_at,
        'mark' as teller
    from marks
    inner join ever_marked on marks.post_key = ever_marked.post_key
    union all
    select
        ever_listed.post_key,
        listed.post_key is not null as is_accepted,
        lists.observed_at,
        'list' as teller
    from ever_listed
    inner join lists on ever_listed.topic_key = lists.topic_key
    left join listed
        on
            ever_listed.post_key = listed.post_key
            and lists.observed_at = listed.observed_at

),

last_told as (

    select
        post_key,
        max(observed_at) as observed_at
    from tellings
    group by post_key

),

undecided as (

    select
        windows.window_key,
        windows.known_at,
        posts.post_key
    from last_told
    inner join windows on last_told.observed_at > windows.known_at
    inner join posts
        on
            last_told.post_key = posts.post_key
            and windows.known_at >= posts.observed_at

),

told_then as (

    select
        undecided.window_key,
        undecided.post_key,
        tellings.teller,
        max_by(tellings.is_accepted, tellings.observed_at) as is_accepted
    from undecided
    inner join tellings on undecided.post_key = tellings.post_key
    where tellings.observed_at <= undecided.known_at
    group by undecided.window_key, undecided.post_key, tellings.teller

)

-- A post that had been seen, and of which nobody had said so, was not accepted.
select
    undecided.window_key,
    undecided.post_key,
    coalesce(bool_or(told_then.is_accepted), false) as is_accepted
from undecided
left join told_then
    on
        undecided.window_key = told_then.window_key
        and undecided.post_key = told_then.post_key
group by undecided.window_key, undecided.post_key
