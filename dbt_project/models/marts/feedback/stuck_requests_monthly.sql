with

spells as (

    select
        spells.spell_key,
        spells.stage,
        spells.segment,
        spells.outcome,
        spells.entered_at,
        coalesce(spells.left_at, cast('9999-12-31 00:00:00+00' as timestamptz)) as left_at,
        {{ local_month('spells.entered_at') }} as first_month,
        {{ local_month('coalesce(spells.left_at, ' ~ last_instant() ~ ')') }} as last_month
    from {{ ref('int_request_stage_spells__dated') }} as spells
    where spells.duration_days is not null

),

limits as (

    select
        stage,
        coalesce(p90_days, longest_left_days) as limit_days
    from {{ ref('feedback_stage_times') }}
    where segment = 'all' and period = 'all'

),

-- A month that is not over is looked at as it stands.
spell_months as (

    select
        spells.*,
        months.month,
        least({{ local_midnight(add_months('months.month', 1)) }}, {{ as_of() }}) as month_end
    from spells
    {{ months_from_to('spells.first_month', 'spells.last_month', 'months') }}

),

measured as (

    select
        spell_months.month,
        spell_months.stage,
        spell_months.segment,
        spell_months.month = spell_months.first_month as is_entered,
        spell_months.left_at < spell_months.month_end as is_left,
        case
            when spell_months.left_at >= spell_months.month_end
                then {{ whole_days('spell_months.entered_at', 'spell_months.month_end') }}
        end as age_days,
        limits.limit_days
    from spell_months
    left join limits on spell_months.stage = limits.stage

),

by_segment as (

    select * from measured
    union all
    select
        month,
        stage,
        'all' as segment,
        is_entered,
        is_left,
        age_days,
        limit_days
    from measured

)

select
    month,
    stage,
    segment,
    count(*) filter (where is_entered) as entered,
    count(*) filter (where is_left) as moved_on,
    count(age_days) as standing,
    count(*) filter (where age_days > limit_days) as stuck,
    count(*) filter (where age_days > limit_days) / cast(nullif(count(age_days), 0) as double) as stuck_share,
    cast(percentile_disc(0.5) within group (order by age_days) as integer) as median_age_days,
    cast(max(age_days) as integer) as oldest_age_days,
    {{ is_month_complete('month') }} as is_complete
from by_segment
group by month, stage, segment
