-- Where people stand: programs, candidates, and how members move, in the last complete month.
with

last_month as (
    select max(month) as month
    from member_trajectory
),

standing as (
    select
        count(*) filter (where trajectory in ('rising', 'flare')) as rising,
        count(*) filter (where trajectory = 'steady') as steady,
        count(*) filter (where trajectory = 'fading') as fading
    from member_trajectory
    where month = (select month from last_month) and not is_staff and not is_bot
),

candidates as (
    select
        count(distinct member_key) filter (where is_eligible) as eligible,
        count(distinct expertise_area) filter (where is_eligible) as areas
    from award_candidates
    where cycle = 'current'
)

select
    last_month.month,
    standing.rising,
    standing.steady,
    standing.fading,
    candidates.eligible,
    candidates.areas,
    (select count(distinct member_key) from program_membership where is_in_term) as in_term,
    (select count(*) from program_renewals) as renewals
from last_month
cross join standing
cross join candidates
