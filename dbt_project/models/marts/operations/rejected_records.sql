select
    source_name,
    stream,
    field,
    expected as expected_type,
    found as found_type,
    count(*) as value_count,
    count(*) filter (where load_id is null) as not_loaded_count,
    min(rejected_at) as first_rejected_at,
    max(rejected_at) as last_rejected_at
from {{ ref('stg_operations__rejected_values') }}
group by source_name, stream, field, expected, found
