-- Requests that were completed, when, and when the board first told those who had voted for them.
with

requests as (

    select * from {{ ref('int_requests__staged') }}
    where stage = 'completed'

),

updates as (

    select
        source_name,
        source_name || ':' || suggestion_id as request_key,
        created_at,
        status_update_id,
        coalesce(has_notified_supporters or mail_sent_count > 0, false) as has_notified,
        has_notified_supporters is not null or mail_sent_count is not null as is_known,
        mail_sent_count
    from {{ ref('stg_uservoice__status_updates') }}
    where not is_deleted and created_at <= {{ as_of() }}

),

boards_that_tell as (

    select distinct source_name
    from updates
    where is_known

),

notifications as (

    select
        requests.request_key,
        min(updates.created_at) as told_at,
        min_by(updates.mail_sent_count, (updates.created_at, updates.status_update_id)) as mail_sent_count
    from requests
    inner join updates
        on
            requests.request_key = updates.request_key
            and requests.reached_completed_at <= updates.created_at
    where updates.has_notified
    group by requests.request_key

)

select
    requests.request_key,
    requests.source_name,
    requests.submitted_at,
    requests.reached_completed_at as shipped_at,
    notifications.told_at,
    case
        when notifications.told_at is not null then true
        when requests.reached_completed_at is not null and boards_that_tell.source_name is not null then false
    end as is_told,
    notifications.mail_sent_count
from requests
left join notifications on requests.request_key = notifications.request_key
left join boards_that_tell on requests.source_name = boards_that_tell.source_name
