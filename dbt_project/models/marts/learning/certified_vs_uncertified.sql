with

effects as (

    select * from {{ ref('int_peer_effects__estimated') }}
    where kind = 'certification'

)

select
    certified.subject as course,
    certified.turning_points as certified_members,
    certified.open_points as open_members,
    certified.staff_points as staff_members,
    certified.matched,
    certified.unmatched,
    certified.activity_before,
    certified.activity_after,
    certified.peer_activity_before,
    certified.peer_activity_after,
    certified.activity_effect,
    certified.activity_standard_error as activity_effect_standard_error,
    exp(certified.activity_effect) - 1 as activity_effect_ratio,
    certified.help_before,
    certified.help_after,
    certified.peer_help_before,
    certified.peer_help_after,
    certified.help_effect,
    certified.help_standard_error as help_effect_standard_error,
    exp(certified.help_effect) - 1 as help_effect_ratio,
    placebos.matched as placebo_matched,
    placebos.unmatched as placebo_unmatched,
    placebos.activity_effect as placebo_activity_effect,
    placebos.activity_standard_error as placebo_activity_effect_standard_error,
    placebos.help_effect as placebo_help_effect,
    placebos.help_standard_error as placebo_help_effect_standard_error
from effects as certified
inner join effects as placebos on certified.subject = placebos.subject and placebos.is_placebo
where not certified.is_placebo
