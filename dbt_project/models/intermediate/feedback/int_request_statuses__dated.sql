-- Everything that tells of a request's status, in order of time: a change dates the status it begins, a sighting only
-- says that it held. What repeats the status before it begins nothing.
with

requests as (

    select * from {{ ref('int_requests__staged') }}

),

last_reads as (

    select
        request_key,
        extracted_at
    from {{ ref('int_requests__unioned') }}

),

status_names as (

    select
        source_name,
        vendor_status,
        min_by(stage, (coalesce({{ stage_rank('stage') }}, -1), stage)) as stage
    from {{ ref('int_request_stages__mapped') }}
    group by source_name, vendor_status

),

-- An update that the record did not show yet when it was read waits for the next reading.
changes as (

    select
        changes.*,
        greatest(changes.changed_at, requests.submitted_at) as effective_at
    from {{ ref('int_request_status_changes__unioned') }} as changes
    inner join requests on changes.request_key = requests.request_key
    inner join last_reads on changes.request_key = last_reads.request_key
    where requests.stage_basis != 'observed' or changes.changed_at <= last_reads.extracted_at

),

ended_by_update as (

    select distinct
        request_key,
        new_stage as stage
    from changes
    where basis = 'vendor' and new_stage in ('completed', 'declined')

),

first_seen as (

    select
        source_name || ':' || suggestion_id as request_key,
        source_name,
        min(observed_at) as seen_at,
        min(case when field = 'status_id' then observed_at end) as status_seen_at,
        min_by(value, (observed_at, load_id)) filter (where field = 'status_id') as status_id
    from {{ ref('stg_uservoice__suggestion_history') }}
    where observed_at <= {{ as_of() }}
    group by source_name, suggestion_id

),

evidence as (

    select
        request_key,
        submitted_at as happened_at,
        0 as turn,
        '' as evidence_key,
        cast(null as string) as vendor_status,
        'submitted' as stage,
        true as is_dated,
        'events' as basis
    from requests
    union all
    select
        request_key,
        effective_at as happened_at,
        1 as turn,
        change_key as evidence_key,
        old_vendor_status as vendor_status,
        old_stage as stage,
        false as is_dated,
        'events' as basis
    from changes
    where basis = 'vendor' and old_stage is not null
    union all
    select
        request_key,
        effective_at as happened_at,
        1 as turn,
        change_key || ':new' as evidence_key,
        new_vendor_status as vendor_status,
        new_stage as stage,
        true as is_dated,
        case basis when 'vendor' then 'events' else 'observed' end as basis
    from changes
    where new_stage is not null
    union all
    -- The board's closing date stands in for an end that no update tells of.
    select
        requests.request_key,
        requests.closed_at as happened_at,
        2 as turn,
        '' as evidence_key,
        requests.vendor_status,
        requests.stage,
        true as is_dated,
        'events' as basis
    from requests
    left join ended_by_update
        on
            requests.request_key = ended_by_update.request_key
            and requests.stage = ended_by_update.stage
    where
        requests.stage in ('completed', 'declined')
        and requests.closed_at is not null
        and ended_by_update.request_key is null
    union all
    select
        first_seen.request_key,
        greatest(first_seen.seen_at, requests.submitted_at) as happened_at,
        3 as turn,
        '' as evidence_key,
        stages.vendor_status,
        coalesce(stages.stage, 'submitted') as stage,
        false as is_dated,
        'current' as basis
    from first_seen
    inner join requests on first_seen.request_key = requests.request_key
    left join {{ ref('int_request_stages__mapped') }} as stages
        on
            first_seen.source_name = stages.source_name
            and first_seen.status_id = stages.status_id
            and first_seen.status_seen_at = first_seen.seen_at
    union all
    select
        requests.request_key,
        coalesce(requests.exit_merged_at, {{ as_of() }}) as happened_at,
        4 as turn,
        '' as evidence_key,
        requests.vendor_status,
        case when requests.is_merged then coalesce(status_names.stage, 'submitted') else requests.stage end as stage,
        false as is_dated,
        'current' as basis
    from requests
    left join status_names
        on
            requests.source_name = status_names.source_name
            and requests.vendor_status = status_names.vendor_status
    where not (requests.is_merged and coalesce(status_names.stage, 'submitted') = 'merged')
    union all
    select
        request_key,
        coalesce(exit_merged_at, {{ as_of() }}) as happened_at,
        5 as turn,
        '' as evidence_key,
        vendor_status,
        'merged' as stage,
        exit_merged_at is not null as is_dated,
        case
            when exit_merged_at is null then 'current'
            when exit_merged_at = closed_at then 'events'
            else 'observed'
        end as basis
    from requests
    where is_merged

)

select
    evidence.request_key,
    row_number() over (
        partition by evidence.request_key
        order by evidence.happened_at, evidence.turn, evidence.evidence_key
    ) as position,
    evidence.happened_at,
    evidence.vendor_status,
    evidence.stage,
    evidence.is_dated,
    evidence.basis
from evidence
inner join requests on evidence.request_key = requests.request_key
-- What changes on a request after it was merged is not its own any more.
where evidence.happened_at <= coalesce(requests.exit_merged_at, {{ as_of() }})
