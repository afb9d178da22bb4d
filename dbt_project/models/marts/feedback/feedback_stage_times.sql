with

counts as (

    select
        grouped.stage,
        grouped.segment,
        grouped.period,
        count(*) as spells,
        count(*) filter (where spells.outcome = 'waiting') as waiting_spells,
        count(*) filter (where spells.outcome = 'advanced') as advanced_spells,
        count(*) filter (where spells.outcome = 'returned') as returned_spells,
        count(*) filter (where spells.outcome = 'declined') as declined_spells,
        count(*) filter (where spells.outcome = 'merged') as merged_spells,
        count(*) filter (where spells.duration_days is null) as undated_count
    from {{ ref('int_stage_spells__grouped') }} as grouped
    inner join {{ ref('int_request_stage_spells__dated') }} as spells on grouped.spell_key = spells.spell_key
    group by grouped.stage, grouped.segment, grouped.period

),

-- How far a curve can be read: to its last day, or for ever if nobody waits any more.
curves as (

    select
        stage,
        segment,
        period,
        {{ duration_reaching(0.5, '1 - waiting_ratio', 'duration_days') }} as median_days,
        {{ duration_reaching(0.9, '1 - waiting_ratio', 'duration_days') }} as p90_days,
        max(case when left_spells > 0 then duration_days end) as longest_left_days,
        case
            when max(duration_days) >= 90 or sum(censored) = 0
                then 1 - coalesce(min(case when duration_days <= 90 then waiting_ratio end), 1)
        end as left_within_90d_ratio,
        case
            when max(duration_days) >= 365 or sum(censored) = 0
                then 1 - coalesce(min(case when duration_days <= 365 then waiting_ratio end), 1)
        end as left_within_1y_ratio
    from {{ ref('int_stage_curves__estimated') }}
    group by stage, segment, period

)

select
    counts.stage,
    counts.segment,
    counts.period,
    counts.spells,
    counts.waiting_spells,
    counts.advanced_spells,
    counts.returned_spells,
    counts.declined_spells,
    counts.merged_spells,
    counts.undated_count,
    curves.median_days,
    curves.p90_days,
    curves.longest_left_days,
    curves.left_within_90d_ratio,
    curves.left_within_1y_ratio,
    counts.period = 'all' or counts.period < {{ local_year(known_until()) }} as is_complete
from counts
left join curves
    on
        counts.stage = curves.stage
        and counts.segment = curves.segment
        and counts.period = curves.period
