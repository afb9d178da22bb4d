-- Programs and courses in which matched, unmatched, open and staff do not add up to everybody.
select
    kind,
    subject,
    is_placebo
from {{ ref('int_peer_effects__estimated') }}
where turning_points != matched + unmatched + open_points + staff_points
