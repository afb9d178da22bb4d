-- Topics that had the answer to the most tickets of the last twelve months.
select
    topic_title,
    expertise_area,
    count(distinct ticket_key) as tickets,
    count(distinct ticket_key) filter (where is_linked_by_agent) as answered_with_it,
    min(days_solved_before) as days_before
from missed_deflection
where topic_key is not null
    and month >= (select max(month) from missed_deflection) - interval 11 month
group by topic_key, topic_title, expertise_area
order by tickets desc, topic_key
limit 15
