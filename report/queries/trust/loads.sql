-- Records that came in, by day and source; the last thirty days with a load.
select loaded_at::date as day, source_name, sum(record_count) as records, sum(rejected_count) as rejected
from pipeline_runs
group by loaded_at::date, source_name
qualify dense_rank() over (order by loaded_at::date desc) <= 30
order by day, source_name
