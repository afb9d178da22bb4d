with

stages as (

    select * from {{ ref('int_request_stages__mapped') }}

),

suggestion_history as (

    select * from {{ ref('stg_uservoice__suggestion_history') }}
    where observed_at <= {{ as_of() }}

),

first_observed as (

    select
        source_name,
        suggestion_id,
        min(observed_at) as observed_at
    from suggestion_history
    group by source_name, suggestion_id

),

first_loads as (

    select
        source_name,
        min(observed_at) as observed_at
    from suggestion_history
    group by source_name

),

submissions as (

    select
        source_name,
        suggestion_id,
        created_at
    from {{ ref('stg_uservoice__suggestions') }}

),

official as (

    select
        source_name,
        suggestion_id,
        'update:' || status_update_id as change_id,
        old_status_id,
        new_status_id,
        created_at as changed_at,
        account_id,
        'vendor' as basis,
        false as is_first_sight
    from {{ ref('stg_uservoice__status_updates') }}
    where not is_deleted and created_at <= {{ as_of() }}

),

watched as (

    select
        suggestion_history.source_name,
        suggestion_history.suggestion_id,
        'observed:' || epoch_us(suggestion_history.observed_at) as change_id,
        lag(suggestion_history.value) over (
            partition by suggestion_history.source_name, suggestion_history.suggestion_id
            order by suggestion_history.observed_at, suggestion_history.load_id
        ) as old_status_id,
        suggestion_history.value as new_status_id,
        suggestion_history.observed_at as changed_at,
        cast(null as string) as account_id,
        'observed' as basis,
        suggestion_history.observed_at = first_observed.observed_at as is_first_sight,
        submissions.created_at >= first_loads.observed_at as is_submitted_since_first_load
    from suggestion_history
    inner join first_loads on suggestion_history.source_name = first_loads.source_name
    inner join submissions
        on
            suggestion_history.source_name = submissions.source_name
            and suggestion_history.suggestion_id = submissions.suggestion_id
    inner join first_observed
        on
            suggestion_history.source_name = first_observed.source_name
            and suggestion_history.suggestion_id = first_observed.suggestion_id
    where suggestion_history.field = 'status_id'

),

changes as (

    select * from official
    union all
    select
        source_name,
        suggestion_id,
        change_id,
        old_status_id,
        new_status_id,
        changed_at,
        account_id,
        basis,
        is_first_sight
    from watched
    -- The first sight says what a request was already, not when it became so, unless it was submitted under our eyes.
    where not is_first_sight or is_submitted_since_first_load

)

select
    changes.source_name || ':' || changes.change_id || ':' || changes.suggestion_id as change_key,
    changes.source_name || ':' || changes.suggestion_id as request_key,
    changes.source_name,
    old_stages.vendor_status as old_vendor_status,
    old_stages.stage as old_stage,
    new_stages.vendor_status as new_vendor_status,
    -- A board without a status on a request has it where it begins.
    case when changes.basis = 'observed' then coalesce(new_stages.stage, 'submitted') else new_stages.stage end
        as new_stage,
    changes.changed_at,
    changes.account_id,
    changes.basis
from changes
left join stages as old_stages
    on
        changes.source_name = old_stages.source_name
        and changes.old_status_id = old_stages.status_id
left join stages as new_stages
    on
        changes.source_name = new_stages.source_name
        and changes.new_status_id = new_stages.status_id
-- A new request seen where requests begin has not changed.
where not changes.is_first_sight or new_stages.stage != 'submitted'
