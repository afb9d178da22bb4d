with

candidates as (

    select * from {{ ref('int_award_candidates__measured') }}

),

days as (

    select distinct ruled_on
    from candidates

),

weights as (

    select
        days.ruled_on,
        coalesce(max(case when weights.part = 'help' then weights.weight end), 0) as help_weight,
        coalesce(max(case when weights.part = 'reach' then weights.weight end), 0) as reach_weight,
        coalesce(max(case when weights.part = 'quality' then weights.weight end), 0) as quality_weight,
        coalesce(max(case when weights.part = 'consistency' then weights.weight end), 0) as consistency_weight,
        coalesce(max(case when weights.part = 'sharing' then weights.weight end), 0) as sharing_weight
    from days
    left join {{ ref('award_weights') }} as weights
        on {{ holds_on('days.ruled_on', 'weights.valid_from', 'weights.valid_to') }}
    group by days.ruled_on

),

smoothed as (

    select
        *,
        -- Ten answers of the area's usual luck beside one's own, so that one answer accepted of one is no wonder.
        (accepted_answers + 10 * coalesce(area_accept_ratio, 0)) / (answers + 10.0) as smoothed_accept_ratio
    from candidates

),

{%- set within = 'partition by pool_kind, program, cycle, expertise_area' %}

best as (

    select
        *,
        max(case when is_eligible then te_thirds end) over ({{ within }}) as best_te_thirds,
        max(case when is_eligible then people_helped end) over ({{ within }}) as best_people_helped,
        max(case when is_eligible then smoothed_accept_ratio end) over ({{ within }}) as best_smoothed_accept_ratio,
        max(case when is_eligible then sharing_points end) over ({{ within }}) as best_sharing_points
    from smoothed

),

-- Those who are not eligible may have done more than the best of the eligible: no part is above 1.
parts as (

    select
        *,
        {{ log_scaled('te_thirds / 3.0', 'best_te_thirds / 3.0') }} as help_part,
        {{ log_scaled('people_helped', 'best_people_helped') }} as reach_part,
        case
            when best_smoothed_accept_ratio > 0 then least(smoothed_accept_ratio / best_smoothed_accept_ratio, 1)
        end as quality_part,
        active_months / 12.0 as consistency_part,
        {{ log_scaled('sharing_points', 'best_sharing_points') }} as sharing_part
    from best

),

scored as (

    select
        parts.candidate_key,
        parts.pool_kind,
        parts.program,
        parts.cycle,
        parts.window_key,
        parts.cut_off_at,
        parts.expertise_area,
        parts.member_key,
        parts.posts,
        parts.answers,
        parts.accepted_answers,
        parts.likes_received,
        parts.te_thirds,
        parts.people_helped,
        parts.points,
        parts.sharing_points,
        parts.area_accept_ratio,
        parts.smoothed_accept_ratio,
        parts.first_contribution_at,
        parts.active_months,
        parts.term_days,
        parts.is_in_term,
        parts.is_eligible,
        parts.ineligible_reason,
        parts.basis,
        parts.best_te_thirds,
        parts.best_people_helped,
        parts.best_smoothed_accept_ratio,
        parts.best_sharing_points,
        parts.help_part,
        parts.reach_part,
        parts.quality_part,
        parts.consistency_part,
        parts.sharing_part,
        cast(weights.help_weight as double) as help_weight,
        cast(weights.reach_weight as double) as reach_weight,
        cast(weights.quality_weight as double) as quality_weight,
        cast(weights.consistency_weight as double) as consistency_weight,
        cast(weights.sharing_weight as double) as sharing_weight,
        case
            when parts.best_te_thirds is not null
                then
                    cast(weights.help_weight as double) * coalesce(parts.help_part, 0)
                    + cast(weights.reach_weight as double) * coalesce(parts.reach_part, 0)
                    + cast(weights.quality_weight as double) * coalesce(parts.quality_part, 0)
                    + cast(weights.consistency_weight as double) * parts.consistency_part
                    + cast(weights.sharing_weight as double) * coalesce(parts.sharing_part, 0)
        end as score
    from parts
    inner join weights on parts.ruled_on = weights.ruled_on

)

select
    *,
    row_number() over (
        partition by pool_kind, program, cycle, expertise_area, is_eligible
        order by score desc nulls last, te_thirds desc, member_key asc
    ) as list_position
from scored
