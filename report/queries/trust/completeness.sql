-- What each vendor counts, beside what is held; what is not as it should be first.
select source_name, replace(stream, '_', ' ') as stream, vendor_count, our_count, missing_count, held_ratio, explanation
from source_completeness
order by list_position(['short', 'surplus', 'complete'], status), source_name, stream
