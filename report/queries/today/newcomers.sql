-- Newcomers whose first question nobody has answered, the longest waiting first.
select
    member_key,
    display_name,
    first_space_name,
    first_title,
    waiting_hours / 24 as waiting_days,
    cast(first_contribution_at as date) as began_on,
    authored,
    active_days
from newcomer_list
where not is_answered
order by welcome_rank, member_key
limit 20
