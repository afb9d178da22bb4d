-- Newcomers who began with a question, by their first reply: the share that became regular, with its 95 % interval.
select
    case answered_by when 'nobody' then 'nobody in 7 days' else answered_by || ', within ' || answered_within end
        as first_reply,
    newcomers,
    regular_ratio,
    regular_low_ratio,
    regular_high_ratio,
    here_after_90_days_ratio
from newcomer_answer_outcomes
where question_year = 'all' and answered_by <> 'all' and answered_within <> 'all'
order by regular_ratio desc, first_reply
