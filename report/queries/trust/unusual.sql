-- Checks of this release that did not hold. One of severity `stop` would have kept it from being published.
select mart, expectation, column_name, expected, observed, message
from data_quality_results
where stamp = (select max(stamp) from data_quality_results) and not success
order by mart, expectation, column_name
