-- What is asked for and not given, by area, in the last complete month.
select
    need_rank, expertise_area, unanswered_questions, repeat_tickets, open_requests, accounts, usual_accounts, trend
from unmet_needs
where month = (select max(month) from unmet_needs where is_complete) and needs > 0
order by need_rank, expertise_area
