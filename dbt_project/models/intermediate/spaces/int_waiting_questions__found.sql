-- Questions nobody else has replied to, that can still be replied to and are not solved by their askers themselves.
with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', ['waiting_hours']) }}

),

topics as (

    select * from {{ ref('int_topics__answered') }}
    where is_question and first_reply_at is null and not is_solved

),

history as (

    select
        source_name,
        topic_id,
        max_by(value = 'true', (observed_at, load_id)) as is_closed_then
    from {{ ref('stg_discourse__topic_history') }}
    where field = 'is_closed' and observed_at <= {{ as_of() }}
    group by source_name, topic_id

),

-- A build for a past date goes by what was seen then, as far as anything was.
listed as (

    select
        listed_topics.source_name,
        listed_topics.topic_id,
        case
            when listed_topics.extracted_at > {{ as_of() }}
                then coalesce(history.is_closed_then, listed_topics.is_closed)
            else listed_topics.is_closed
        end as is_closed,
        listed_topics.is_archived
    from {{ ref('stg_discourse__topics') }} as listed_topics
    left join history
        on
            listed_topics.source_name = history.source_name
            and listed_topics.topic_id = history.topic_id

),

shut as (

    select
        source_name,
        topic_id
    from listed
    where is_closed or is_archived
    union
    select
        source_name,
        topic_id
    from {{ ref('stg_discourse__threads') }}
    where (is_archived or is_closed) and extracted_at <= {{ as_of() }}

)

select
    topics.topic_key,
    topics.source_name,
    topics.topic_id,
    topics.space_key,
    topics.expertise_area,
    topics.title,
    topics.opener_member_key,
    topics.opened_at,
    topics.replies,
    {{ hours_between('topics.opened_at', known_until()) }} as waiting_hours
from topics
cross join thresholds
left join shut
    on
        topics.source_name = shut.source_name
        and topics.topic_id = shut.topic_id
where
    shut.topic_id is null
    and {{ hours_between('topics.opened_at', known_until()) }} > thresholds.waiting_hours
