with

tickets as (

    select
        tickets.ticket_key,
        tickets.source_name,
        tickets.space_key,
        coalesce(milestones.has_status_path, false) as is_told,
        {{ local_date('tickets.created_at') }} as created_on
    from {{ ref('int_tickets__unioned') }} as tickets
    left join {{ ref('int_ticket_milestones__measured') }} as milestones on tickets.ticket_key = milestones.ticket_key

),

first_groups as (

    select
        ticket_key,
        min_by(source_name || ':' || new_value, ticket_change_key) as space_key
    from {{ ref('int_ticket_events__unioned') }}
    where kind = 'group_id' and is_creation
    group by ticket_key

),

grouped as (

    select
        tickets.ticket_key,
        tickets.source_name,
        tickets.created_on,
        case when tickets.is_told then first_groups.space_key else tickets.space_key end as space_key
    from tickets
    left join first_groups on tickets.ticket_key = first_groups.ticket_key

),

rules as (

    select
        source_name,
        nullif(trim(group_id), '') as group_id,
        schedule,
        valid_from,
        valid_to
    from {{ ref('business_schedules') }}

)

select
    grouped.ticket_key,
    min_by(rules.schedule, (rules.group_id is null, rules.source_name = '*', rules.schedule)) as schedule
from grouped
inner join rules
    on
        rules.source_name in (grouped.source_name, '*')
        and (rules.group_id is null or grouped.source_name || ':' || rules.group_id = grouped.space_key)
        and {{ holds_on('grouped.created_on', 'rules.valid_from', 'rules.valid_to') }}
group by grouped.ticket_key
