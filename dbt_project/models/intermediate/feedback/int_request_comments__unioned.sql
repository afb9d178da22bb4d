with

comments as (

    select * from {{ ref('stg_uservoice__comments') }}
    where created_at <= {{ as_of() }} and not is_deleted and not {{ is_withheld('state') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

-- What stands under a request that nobody can see is not seen either.
withheld_requests as (

    select
        source_name,
        suggestion_id
    from {{ ref('stg_uservoice__suggestions') }}
    where is_deleted or {{ is_withheld('state') }}

),

first_seen as (

    select
        source_name,
        comment_id,
        min(observed_at) as observed_at
    from {{ ref('stg_uservoice__comment_history') }}
    group by source_name, comment_id

),

joined as (

    select
        comments.source_name || ':' || comments.comment_id as comment_key,
        comments.source_name,
        comments.comment_id as source_record_id,
        comments.source_name || ':' || comments.suggestion_id as request_key,
        comments.account_id,
        members.member_key,
        coalesce(comments.is_admin_comment, false) as is_admin_comment,
        comments.created_at as commented_at,
        coalesce(first_seen.observed_at, comments.extracted_at) as observed_at
    from comments
    left join members
        on
            comments.source_name = members.source_name
            and comments.account_id = members.account_id
    left join first_seen
        on
            comments.source_name = first_seen.source_name
            and comments.comment_id = first_seen.comment_id
    left join withheld_requests
        on
            comments.source_name = withheld_requests.source_name
            and comments.suggestion_id = withheld_requests.suggestion_id
    where withheld_requests.suggestion_id is null

),

by_staff as (

    select distinct joined.comment_key
    from joined
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            joined.member_key = staff_periods.member_key
            and joined.commented_at >= staff_periods.starts_at
            and joined.commented_at < staff_periods.ends_at
    -- A program's acknowledgement is no answer.
    where staff_periods.role != 'bot'

)

select
    joined.comment_key,
    joined.source_name,
    joined.source_record_id,
    joined.request_key,
    joined.account_id,
    joined.member_key,
    joined.is_admin_comment or by_staff.comment_key is not null as is_by_staff,
    joined.commented_at,
    joined.observed_at
from joined
left join by_staff on joined.comment_key = by_staff.comment_key
