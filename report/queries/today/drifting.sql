-- Members who fall silent against their own habit, by the help that would be lost; whoever is to be called anyway is left out.
select
    member_key,
    display_name,
    silent_days,
    days_left,
    usual_gap_days,
    last_year_answers,
    last_year_people_answered,
    last_year_value_usd,
    expertise_area,
    organization,
    tier,
    unanswered_questions
from drifting_members
where member_key not in (select member_key from open_flares)
order by act_rank, member_key
limit 15
