select
    intervals.request_key || ':' || cast(intervals.interval_number as string) as request_status_key,
    intervals.request_key,
    requests.source_name,
    requests.source_record_id,
    intervals.interval_number,
    intervals.vendor_status,
    intervals.stage,
    intervals.from_at,
    intervals.to_at,
    intervals.is_current,
    intervals.from_at is not null as is_start_known,
    intervals.is_current or intervals.to_at is not null as is_end_known,
    intervals.days,
    intervals.basis
from {{ ref('int_request_status_intervals__dated') }} as intervals
inner join {{ ref('int_requests__staged') }} as requests on intervals.request_key = requests.request_key
