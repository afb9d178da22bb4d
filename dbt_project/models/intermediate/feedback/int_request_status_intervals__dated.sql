-- How long each status of a request held, from what is known of it in order of time.
with

evidence as (

    select
        *,
        lead(is_dated) over request_in_time as is_next_dated,
        lead(stage) over request_in_time as next_stage,
        lead(vendor_status) over request_in_time as next_vendor_status,
        lead(happened_at) over request_in_time as next_happened_at
    from {{ ref('int_request_statuses__dated') }}
    window request_in_time as (partition by request_key order by position)

),

-- A request begins where its board's requests begin, unless it is first known elsewhere.
begun as (

    select
        request_key,
        position,
        happened_at,
        stage,
        is_dated,
        basis,
        case
            when position = 1 and not is_next_dated and next_stage = 'submitted' then next_vendor_status
            else vendor_status
        end as vendor_status
    from evidence
    where
        position > 1
        or (is_next_dated and next_happened_at > happened_at)
        or (not is_next_dated and next_stage = 'submitted')

),

compared as (

    select
        *,
        lag(stage) over request_in_time as previous_stage,
        lag(vendor_status) over request_in_time as previous_vendor_status
    from begun
    window request_in_time as (partition by request_key order by position)

),

starts as (

    select
        request_key,
        position,
        vendor_status,
        stage,
        case when is_dated then happened_at end as from_at,
        basis
    from compared
    where
        stage is distinct from previous_stage
        or vendor_status is distinct from previous_vendor_status

),

numbered as (

    select
        *,
        row_number() over request_in_time as interval_number,
        lead(from_at) over request_in_time as to_at,
        lead(position) over request_in_time is null as is_current
    from starts
    window request_in_time as (partition by request_key order by position)

)

select
    request_key,
    cast(interval_number as integer) as interval_number,
    vendor_status,
    stage,
    from_at,
    to_at,
    is_current,
    case
        when from_at is not null and (to_at is not null or is_current)
            then {{ whole_days('from_at', 'coalesce(to_at, ' ~ as_of() ~ ')') }}
    end as days,
    basis
from numbered
