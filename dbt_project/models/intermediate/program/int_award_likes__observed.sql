-- Likes that changed after a window was known; all others were then what they are now.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

history as (

    select
        source_name || ':' || post_id as post_key,
        value,
        observed_at,
        load_id
    from {{ ref('stg_discourse__post_history') }}
    where field = 'like_count'

),

spans as (

    select
        post_key,
        min(observed_at) as first_observed_at,
        max(observed_at) as last_observed_at
    from history
    group by post_key
    having count(*) > 1

)

select
    windows.window_key,
    spans.post_key,
    max_by(coalesce(try_cast(history.value as bigint), 0), (history.observed_at, history.load_id)) as likes
from spans
inner join windows
    on
        spans.first_observed_at <= windows.known_at
        and spans.last_observed_at > windows.known_at
inner join history on spans.post_key = history.post_key
where history.observed_at <= windows.known_at
group by windows.window_key, spans.post_key
