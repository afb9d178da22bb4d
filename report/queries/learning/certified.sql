-- What became of people after a certificate, against people who looked like them and had none.
select
    course, certified_members, matched, unmatched, activity_effect_ratio, help_effect_ratio,
    activity_effect - 1.96 * activity_effect_standard_error > 0
        or activity_effect + 1.96 * activity_effect_standard_error < 0 as is_activity_beyond_chance,
    exp(placebo_activity_effect) - 1 as placebo_ratio
from certified_vs_uncertified
order by course = 'all' desc, certified_members desc, course
