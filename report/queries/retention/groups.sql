-- How long the people of each group stay.
select
    case group_kind
        when 'answered_by' then 'First reply by'
        when 'answered_within' then 'First reply within'
        else upper(group_kind[1]) || group_kind[2:]
    end as grouped_by,
    case when subject = 'all' then group_name else subject || ': ' || group_name end as group_name,
    members,
    median_days,
    retained_90d_ratio,
    retained_365d_ratio
from retention_survival_groups
where group_kind <> 'all'
order by
    list_position(
        ['answered_by', 'answered_within', 'segment', 'area', 'award', 'tier', 'certification', 'course'], group_kind
    ),
    subject,
    members desc,
    group_name
