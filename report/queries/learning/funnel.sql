-- How far learners came by the end of the last complete month, all courses together.
select step, people, people::double / nullif(enrolled, 0) as share_ratio, month
from (
    select unnest([
        {'place': 1, 'step': 'enrolled', 'people': enrolled},
        {'place': 2, 'step': 'completed a module', 'people': active},
        {'place': 3, 'step': 'completed a course', 'people': completed},
        {'place': 4, 'step': 'may sit an exam', 'people': exam_eligible},
        {'place': 5, 'step': 'certified', 'people': certified}
    ], recursive := true), enrolled, month
    from learning_funnel
    where course = 'all' and is_complete
    qualify row_number() over (order by month desc) = 1
)
order by place
