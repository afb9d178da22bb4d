-- Bug reports passed on from the forum, by what the reporter expected; all time.
select
    expected, reports, reporters, met_reports, not_met_reports, open_reports, met_share,
    solution_median_days, solution_p90_days
from bug_report_summary
where period_kind = 'all'
order by expected = 'all' desc, reports desc, expected
