-- What became of earlier flares of members.
select
    count(*) as onsets,
    count(*) filter (where outcome = 'supernova') as supernovas,
    count(*) filter (where outcome = 'lasting') as lasting,
    count(*) filter (where outcome = 'open') as undecided
from burst_outcome
where not is_staff and not is_bot
