-- Helpers gone silent within the last half year, by the help that was lost; whoever drifts still is left out.
select
    member_key,
    display_name,
    silent_days,
    cast(last_contribution_at as date) as last_on,
    active_months,
    last_year_answers,
    last_year_people_answered,
    last_year_value_usd,
    expertise_area,
    is_in_program
from lost_experts
where not is_deleted
    and silent_days <= 183
    and member_key not in (select member_key from drifting_members)
    and member_key not in (select member_key from open_flares)
order by is_in_program desc, loss_rank, member_key
limit 15
