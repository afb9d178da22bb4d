select
    source_name,
    stream,
    field,
    example_type,
    record_count,
    first_seen_at,
    last_seen_at
from {{ ref('stg_operations__schema_drift') }}
