-- What an award did for activity, against peers who were like them and were not awarded.
select
    case award_impact.program when 'all' then 'all programs' else award_impact.program end as program,
    awards,
    open_awards,
    matched,
    unmatched,
    effect_ratio,
    before_after_change,
    effect,
    effect_standard_error,
    placebo_effect
from award_impact
order by award_impact.program = 'all' desc, award_impact.program
