-- Cycles in which the fates of ended terms do not add up to the terms that ended.
select *
from {{ ref('program_retention') }}
where due != renewed + lapsed + emeritus + hired + broken_off + not_recorded
