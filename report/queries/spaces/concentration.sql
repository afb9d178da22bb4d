-- Over how many spaces the posts spread, all sources together.
select
    month, active_spaces, spaces_for_half, spaces_for_four_fifths, effective_spaces, gini, contributor_absence_factor
from space_concentration
where source_name = 'all' and is_complete
    and month >= (select max(month) from space_concentration where is_complete) - interval 23 month
order by month
