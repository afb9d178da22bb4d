-- Means over three and over n months are compared by their sums, in whole numbers:
-- 2 · r ≤ b is 2 · n · sum over 3 ≤ 3 · sum over n.
with

sums as (

    select
        *,
        sum(authored) over recent as recent_authored,
        count(*) over recent as recent_months,
        sum(authored) over earlier as earlier_authored,
        count(*) over earlier as earlier_months
    from {{ ref('int_member_months__measured') }}
    where is_complete
    window
        recent as (partition by member_key order by month rows between 2 preceding and current row),
        earlier as (partition by member_key order by month rows between 8 preceding and 3 preceding)

),

flare_months as (

    select
        flares.member_key,
        flares.onset_month,
        months.month
    from {{ ref('int_flares__detected') }} as flares
    {{ months_from_to('flares.onset_month', 'flares.last_flare_month', 'months') }}

),

measured as (

    select
        sums.*,
        flare_months.onset_month as flare_onset_month,
        case
            when flare_months.member_key is not null then 'flare'
            when sums.recent_authored = 0 then 'gone'
            when sums.months_since_first <= 2 then 'new'
            when 2 * sums.earlier_months * sums.recent_authored <= 3 * sums.earlier_authored then 'fading'
            when
                sums.earlier_months * sums.recent_authored >= 6 * sums.earlier_authored
                and sums.recent_authored >= 6
                then 'rising'
            when
                5 * sums.earlier_months * sums.recent_authored >= 12 * sums.earlier_authored
                and 4 * sums.earlier_months * sums.recent_authored <= 15 * sums.earlier_authored
                then 'steady'
        end as measured_class
    from sums
    left join flare_months on sums.member_key = flare_months.member_key and sums.month = flare_months.month

),

carried as (

    select
        *,
        last_value(
            case
                when measured_class in ('new', 'gone') then 'steady'
                when measured_class != 'flare' then measured_class
            end ignore nulls
        ) over (
            partition by member_key order by month rows between unbounded preceding and current row
        ) as signal
    from measured

)

select
    member_key,
    month,
    coalesce(measured_class, signal, 'steady') as trajectory,
    first_month,
    months_since_first,
    authored,
    answers_to_others,
    active_days,
    recent_authored / cast(recent_months as double) as recent_authored_mean,
    case when earlier_months > 0 then earlier_authored / cast(earlier_months as double) end as earlier_authored_mean,
    cast(recent_authored as bigint) as recent_authored,
    cast(earlier_authored as bigint) as earlier_authored,
    cast(earlier_months as integer) as earlier_months,
    flare_onset_month,
    measured_class is null as is_carried_over,
    is_staff,
    is_bot
from carried
