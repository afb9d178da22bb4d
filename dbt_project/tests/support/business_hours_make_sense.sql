-- Fails with each row of business_hours.csv that can't be read: a time that is none, closing before opening, a time
-- zone nobody knows; and with each schedule of business_schedules.csv that has no hours.
select
    schedule,
    weekday,
    opens,
    closes,
    timezone
from {{ ref('business_hours') }}
where
    {{ minutes_of_day('opens') }} is null
    or {{ minutes_of_day('closes') }} is null
    or {{ minutes_of_day('closes') }} <= {{ minutes_of_day('opens') }}
    or timezone not in (select zones.name from {{ known_time_zones() }} as zones)
union all
select
    schedule,
    cast(null as varchar) as weekday,
    cast(null as varchar) as opens,
    cast(null as varchar) as closes,
    cast(null as varchar) as timezone
from {{ ref('business_schedules') }}
where
    schedule != {{ around_the_clock() }}
    and schedule not in (select hours.schedule from {{ ref('business_hours') }} as hours)
