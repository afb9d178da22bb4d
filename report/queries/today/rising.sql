-- Newcomers and members who help more and more, and are no flare yet.
select
    member_key,
    display_name,
    trajectory,
    first_month,
    answers_to_others,
    people_answered,
    active_days,
    accepted_answers,
    recent_authored_mean,
    earlier_authored_mean,
    expertise_area,
    cast(last_contribution_at as date) as last_on
from rising_star_watchlist
order by watch_rank, member_key
limit 15
