-- Who answers far more than usual just now, and what became of earlier flares.
select
    member_key,
    display_name,
    onset_month,
    onset_answers,
    onset_active_days,
    last_month,
    last_month_answers,
    onset_month <> last_month as is_older,
    people_answered,
    accepted_answers,
    expertise_area,
    silent_days,
    is_in_program,
    earlier_onsets,
    earlier_supernova_ratio
from open_flares
order by call_rank, member_key
