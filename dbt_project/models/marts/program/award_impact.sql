with

effects as (

    select * from {{ ref('int_peer_effects__estimated') }}
    where kind = 'award'

)

select
    awards.subject as program,
    awards.turning_points as awards,
    awards.open_points as open_awards,
    awards.staff_points as staff_awards,
    awards.matched,
    awards.unmatched,
    awards.activity_before,
    awards.activity_after,
    awards.peer_activity_before,
    awards.peer_activity_after,
    awards.activity_effect as effect,
    awards.activity_standard_error as effect_standard_error,
    exp(awards.activity_effect) - 1 as effect_ratio,
    awards.activity_after - awards.activity_before as before_after_change,
    awards.help_effect,
    awards.help_standard_error as help_effect_standard_error,
    placebos.matched as placebo_matched,
    placebos.unmatched as placebo_unmatched,
    placebos.activity_effect as placebo_effect,
    placebos.activity_standard_error as placebo_effect_standard_error,
    placebos.help_effect as placebo_help_effect
from effects as awards
inner join effects as placebos on awards.subject = placebos.subject and placebos.is_placebo
where not awards.is_placebo
