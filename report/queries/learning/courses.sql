-- Each course by the end of the last complete month.
select course, enrolled, active, completed, exam_eligible, certified, certified_ratio, certified_of_eligible_ratio
from learning_funnel
where is_complete and month = (select max(month) from learning_funnel where is_complete)
order by course = 'all' desc, enrolled desc, course
