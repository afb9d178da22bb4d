select source_name, status, data_until, stale_after_at
from source_freshness
order by source_name
