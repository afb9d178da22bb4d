-- Each source: when it last brought anything.
select source_name, vendor, status, last_load_at, data_until, stale_after_at, rejected_value_count, explanation
from source_freshness
order by list_position(['never', 'stale', 'absent', 'ok', 'retired'], status), source_name
