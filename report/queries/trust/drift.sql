-- Fields that vendors send and nobody declared, the newest first.
select source_name, stream, field, example_type, record_count, first_seen_at, last_seen_at
from schema_drift
order by first_seen_at desc, source_name, stream, field
