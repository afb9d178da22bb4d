-- What each vendor's records alone add up to; the checks compare the tables with it.
select source_name, replace(measure, '_', ' ') as measure, raw_value
from reconciliation_totals
order by source_name, measure
