with

requests as (

    select
        request_key,
        case when is_told then 'told' when not is_told then 'not told' else 'unknown' end as telling,
        {{ local_year('shipped_at') }} as ship_year,
        is_told,
        coalesce(days_to_telling, {{ whole_days('shipped_at', as_of()) }}) as waiting_days,
        is_complete,
        voters_active_before,
        voters_active_after,
        others_active_before,
        others_active_after,
        others_stayed_ratio
    from {{ ref('feedback_loop') }}

),

by_telling as (

    select
        'all' as told_group,
        requests.*
    from requests
    union all
    select
        telling as told_group,
        requests.*
    from requests

),

grouped as (

    select
        'all' as period,
        by_telling.*
    from by_telling
    union all
    select
        ship_year as period,
        by_telling.*
    from by_telling
    where ship_year is not null

),

counts as (

    select
        period,
        told_group,
        count(*) as shipped_requests,
        count(*) filter (where is_told) as told_requests,
        count(*) filter (where is_told is null) as unknown_requests,
        count(*) filter (where is_complete and voters_active_before > 0 and others_active_before > 0)
            as compared_requests
    from grouped
    group by period, told_group

),

-- The others' share is weighed by each request's own voters: what they would have done, had it not shipped.
comparisons as (

    select
        period,
        told_group,
        sum(voters_active_before) as voters_active_before,
        sum(voters_active_after) as voters_active_after,
        {{ ordered_mean('voters_active_before * others_stayed_ratio', 'request_key') }} * count(*) as others_expected
    from grouped
    where is_complete and voters_active_before > 0 and others_active_before > 0
    group by period, told_group

),

waits as (

    select
        period,
        waiting_days,
        is_told
    from grouped
    where told_group = 'all' and is_told is not null

),

untold as (

    {{ survival_curve('waits', ['period'], 'waiting_days', 'is_told') }}

),

telling_times as (

    select
        period,
        {{ duration_reaching(0.5, '1 - survival_ratio', 'waiting_days') }} as median_days,
        {{ duration_reaching(0.9, '1 - survival_ratio', 'waiting_days') }} as p90_days
    from untold
    group by period

)

select
    counts.period,
    counts.told_group,
    counts.shipped_requests,
    counts.told_requests,
    counts.unknown_requests,
    counts.told_requests / cast(nullif(counts.shipped_requests - counts.unknown_requests, 0) as double) as told_share,
    telling_times.median_days as telling_median_days,
    telling_times.p90_days as telling_p90_days,
    counts.compared_requests,
    cast(coalesce(comparisons.voters_active_before, 0) as bigint) as voters_active_before,
    cast(coalesce(comparisons.voters_active_after, 0) as bigint) as voters_active_after,
    comparisons.voters_active_after / cast(comparisons.voters_active_before as double) as voters_stayed_ratio,
    comparisons.others_expected / comparisons.voters_active_before as others_stayed_ratio,
    (comparisons.voters_active_after - comparisons.others_expected) / comparisons.voters_active_before
        as stayed_difference,
    counts.period = 'all' or counts.period < {{ local_year(known_until()) }} as is_complete
from counts
left join comparisons
    on
        counts.period = comparisons.period
        and counts.told_group = comparisons.told_group
left join telling_times
    on
        counts.period = telling_times.period
        and counts.told_group = 'all'
