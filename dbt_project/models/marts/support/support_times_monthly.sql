with

tickets as (

    select * from {{ ref('fct_ticket') }}

),

counts as (

    select
        groups.month,
        groups.dimension,
        groups.dimension_value,
        count(*) as tickets,
        count(tickets.first_reply_at) as replied_tickets,
        count(*) filter (where tickets.status in ('solved', 'closed')) as solved_tickets,
        count(tickets.is_one_touch) as one_touch_known_tickets,
        count(*) filter (where tickets.is_one_touch) as one_touch_tickets,
        count(*) filter (where tickets.first_solved_at is not null and tickets.reopen_count is not null)
            as reopenable_tickets,
        count(*) filter (where tickets.first_solved_at is not null and tickets.reopen_count > 0) as reopened_tickets,
        count(tickets.is_sla_met) as sla_tickets,
        count(*) filter (where tickets.is_sla_met) as sla_met_tickets,
        count(tickets.is_first_reply_sla_met) as first_reply_sla_tickets,
        count(*) filter (where tickets.is_first_reply_sla_met) as first_reply_sla_met_tickets
    from {{ ref('int_ticket_groups__listed') }} as groups
    inner join tickets on groups.ticket_key = tickets.ticket_key
    group by groups.month, groups.dimension, groups.dimension_value

),

times as (

    select
        month,
        dimension,
        dimension_value,
        max(median_hours) filter (where milestone = 'first_reply' and clock = 'calendar')
            as first_reply_median_hours,
        max(p90_hours) filter (where milestone = 'first_reply' and clock = 'calendar')
            as first_reply_p90_hours,
        max(median_hours) filter (where milestone = 'first_reply' and clock = 'business')
            as first_reply_median_business_hours,
        max(p90_hours) filter (where milestone = 'first_reply' and clock = 'business')
            as first_reply_p90_business_hours,
        max(median_hours) filter (where milestone = 'first_resolution' and clock = 'calendar')
            as first_resolution_median_hours,
        max(p90_hours) filter (where milestone = 'first_resolution' and clock = 'calendar')
            as first_resolution_p90_hours,
        max(median_hours) filter (where milestone = 'first_resolution' and clock = 'business')
            as first_resolution_median_business_hours,
        max(p90_hours) filter (where milestone = 'first_resolution' and clock = 'business')
            as first_resolution_p90_business_hours,
        max(median_hours) filter (where milestone = 'full_resolution' and clock = 'calendar')
            as full_resolution_median_hours,
        max(p90_hours) filter (where milestone = 'full_resolution' and clock = 'calendar')
            as full_resolution_p90_hours,
        max(median_hours) filter (where milestone = 'full_resolution' and clock = 'business')
            as full_resolution_median_business_hours,
        max(p90_hours) filter (where milestone = 'full_resolution' and clock = 'business')
            as full_resolution_p90_business_hours
    from {{ ref('int_support_times__estimated') }}
    group by month, dimension, dimension_value

)

select
    counts.month,
    counts.dimension,
    counts.dimension_value,
    {{ is_month_complete('counts.month') }} as is_complete,
    {{ is_month_settled('counts.month') }} as is_settled,
    counts.tickets,
    counts.replied_tickets,
    counts.solved_tickets,
    times.first_reply_median_hours,
    times.first_reply_p90_hours,
    times.first_reply_median_business_hours,
    times.first_reply_p90_business_hours,
    times.first_resolution_median_hours,
    times.first_resolution_p90_hours,
    times.first_resolution_median_business_hours,
    times.first_resolution_p90_business_hours,
    times.full_resolution_median_hours,
    times.full_resolution_p90_hours,
    times.full_resolution_median_business_hours,
    times.full_resolution_p90_business_hours,
    counts.one_touch_tickets,
    counts.one_touch_tickets / cast(nullif(counts.one_touch_known_tickets, 0) as double) as one_touch_ratio,
    counts.reopened_tickets,
    counts.reopened_tickets / cast(nullif(counts.reopenable_tickets, 0) as double) as reopened_ratio,
    counts.sla_tickets,
    counts.sla_met_tickets / cast(nullif(counts.sla_tickets, 0) as double) as sla_met_ratio,
    counts.first_reply_sla_tickets,
    counts.first_reply_sla_met_tickets / cast(nullif(counts.first_reply_sla_tickets, 0) as double)
        as first_reply_sla_met_ratio
from counts
left join times
    on
        counts.month = times.month
        and counts.dimension = times.dimension
        and counts.dimension_value = times.dimension_value
