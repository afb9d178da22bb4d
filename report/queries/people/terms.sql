-- What became of the terms, cycle by cycle.
select
    program,
    cycle,
    due,
    renewed,
    lapsed,
    emeritus,
    hired,
    not_recorded,
    still_running,
    renewed_ratio
from program_retention
order by program, cycle_starts_on desc
