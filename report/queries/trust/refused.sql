-- Values refused because of their type, the newest first.
select source_name, stream, field, expected_type, found_type, value_count, last_rejected_at
from rejected_records
order by last_rejected_at desc, source_name, stream, field, expected_type, found_type
