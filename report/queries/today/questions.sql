-- Questions open for more than 48 hours, of the last two weeks, the longest waiting first, and who could answer them.
select
    topic_key,
    title,
    space_name,
    asker_member_key,
    asker_name,
    waiting_hours / 24 as waiting_days,
    answerer_1_member_key,
    answerer_1_name,
    answerer_2_member_key,
    answerer_2_name,
    answerer_3_member_key,
    answerer_3_name
from waiting_questions
where waiting_hours <= 14 * 24
order by waiting_hours desc, topic_key
limit 15
