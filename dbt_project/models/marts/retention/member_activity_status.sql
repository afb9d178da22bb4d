with

member_months as (

    select
        *,
        coalesce(sum(authored) over three_before, 0) as authored_before,
        max(case when authored > 0 then month end) over so_far as last_active_month
    from {{ ref('int_member_months__measured') }}
    window
        three_before as (partition by member_key order by month rows between 3 preceding and 1 preceding),
        so_far as (partition by member_key order by month rows between unbounded preceding and current row)

),

classified as (

    select
        *,
        case
            when months_since_first = 0 then 'new'
            when authored > 0 and authored_before > 0 then 'active'
            when authored > 0 then 'returning'
            when authored_before > 0 then 'drifting'
            else 'inactive'
        end as activity_status
    from member_months

)

select
    member_key,
    month,
    activity_status,
    lag(activity_status) over (partition by member_key order by month) as previous_status,
    first_month,
    months_since_first,
    authored,
    active_days,
    cast(authored_before as bigint) as authored_three_months_before,
    last_active_month,
    is_staff,
    is_bot,
    is_complete
from classified
-- Of a month that begins today elsewhere only those who came are known.
where authored > 0 or {{ is_month_begun('month') }}
