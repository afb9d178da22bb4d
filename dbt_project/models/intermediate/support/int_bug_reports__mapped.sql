with

tickets as (

    select
        source_name,
        ticket_id,
        ticket_form_id,
        tags,
        custom_fields
    from {{ ref('stg_zendesk__tickets') }}

),

rules as (

    select
        source_name,
        match_kind,
        maps_to,
        value,
        case match_kind when 'tag' then lower(match_value) else match_value end as match_value
    from {{ ref('bug_report_rules') }}

),

marks as (

    select
        source_name,
        ticket_id,
        'form' as match_kind,
        ticket_form_id as match_value
    from tickets
    where ticket_form_id is not null
    union all
    select
        tickets.source_name,
        tickets.ticket_id,
        'tag' as match_kind,
        lower(tag.item) as match_value
    from tickets
    {{ unnest_list('tickets.tags', 'tag') }}
    union all
    select
        tickets.source_name,
        tickets.ticket_id,
        'field' as match_kind,
        {{ json_text('field.item', 'id') }} || '=' || {{ json_text('field.item', 'value') }} as match_value
    from tickets
    {{ unnest_json('tickets.custom_fields', 'field') }}

),

matched as (

    select
        marks.source_name,
        marks.ticket_id,
        bool_or(rules.maps_to = 'report') as is_report,
        min_by(case when rules.maps_to = 'expected' then rules.value end, (rules.source_name = '*', rules.value))
            as expected,
        min_by(case when rules.maps_to = 'outcome' then rules.value end, (rules.source_name = '*', rules.value))
            as outcome
    from marks
    inner join rules
        on
            marks.match_kind = rules.match_kind
            and marks.match_value = rules.match_value
            and rules.source_name in (marks.source_name, '*')
    group by marks.source_name, marks.ticket_id

)

select
    reports.ticket_key,
    reports.source_name,
    reports.source_record_id,
    reports.member_key,
    reports.space_key,
    areas.expertise_area,
    reports.created_at as reported_at,
    matched.expected,
    matched.outcome,
    coalesce(matched.outcome in ('bug confirmed', 'known bug'), false) as is_confirmed,
    reports.observed_at
from {{ ref('int_tickets__unioned') }} as reports
inner join matched
    on
        reports.source_name = matched.source_name
        and reports.source_record_id = matched.ticket_id
left join {{ ref('int_subject_areas__mapped') }} as areas on reports.ticket_key = areas.subject_key
where matched.is_report and not reports.is_merged and not reports.is_deleted
