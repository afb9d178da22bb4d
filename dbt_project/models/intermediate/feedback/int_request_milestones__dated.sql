-- What status changes and staff comments date in a request's life; requests without either have no row.
with

changes as (

    select * from {{ ref('int_request_status_changes__unioned') }}

),

change_dates as (

    select
        request_key,
        max_by(coalesce(new_stage, ''), (changed_at, change_key)) as last_stage,
        max_by(coalesce(new_vendor_status, ''), (changed_at, change_key)) as last_vendor_status,
        max({{ stage_rank('new_stage') }}) as furthest_rank,
        min(case when basis = 'vendor' then changed_at end) as first_update_at,
        min(case when basis = 'observed' and new_stage != 'submitted' then changed_at end) as first_left_default_at,
        min(case when {{ stage_rank('new_stage') }} >= 2 then changed_at end) as planned_at,
        min(case when {{ stage_rank('new_stage') }} >= 3 then changed_at end) as started_at,
        min(case when new_stage = 'completed' then changed_at end) as completed_at,
        min(case when new_stage = 'completed' and basis = 'vendor' then changed_at end) as completed_update_at,
        max(case when new_stage = 'declined' and basis = 'vendor' then changed_at end) as declined_update_at,
        -- A decline may be taken back and repeated; what we saw of it comes later than what the board says of it.
        coalesce(
            max(case when new_stage = 'declined' and basis = 'vendor' then changed_at end),
            max(case when new_stage = 'declined' then changed_at end)
        ) as declined_at,
        max(case when new_stage = 'merged' then changed_at end) as set_as_merged_at
    from changes
    group by request_key

),

first_staff_comments as (

    select
        request_key,
        min(commented_at) as commented_at
    from {{ ref('int_request_comments__unioned') }}
    where is_by_staff
    group by request_key

)

select
    coalesce(change_dates.request_key, first_staff_comments.request_key) as request_key,
    nullif(change_dates.last_stage, '') as last_stage,
    nullif(change_dates.last_vendor_status, '') as last_vendor_status,
    coalesce(change_dates.furthest_rank, 0) as furthest_dated_rank,
    first_staff_comments.commented_at as first_staff_comment_at,
    change_dates.first_update_at,
    change_dates.first_left_default_at,
    change_dates.planned_at,
    change_dates.started_at,
    change_dates.completed_at,
    change_dates.declined_at,
    change_dates.set_as_merged_at,
    change_dates.completed_update_at,
    change_dates.declined_update_at
from change_dates
full outer join first_staff_comments on change_dates.request_key = first_staff_comments.request_key
