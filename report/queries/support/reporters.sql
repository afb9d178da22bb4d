-- Whose reports brought most.
select
    member_key, display_name, reports, met_reports, not_met_reports, open_reports, met_share, solution_median_days
from bug_reporter_yield
where not is_staff
order by yield_rank, member_key
limit 15
