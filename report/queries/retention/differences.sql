-- Whether groups differ in how long their people stay: the log-rank test of each way to group them.
select
    group_kind,
    subject,
    count(*) as groups,
    sum(members) as people,
    any_value(logrank_p_value) as p_value,
    case
        when any_value(logrank_p_value) is null or min(members) < 10 then 'Too few to tell.'
        when any_value(logrank_p_value) < 0.01 then 'They differ: chance alone would hardly do it.'
        when any_value(logrank_p_value) < 0.05 then 'They seem to differ; one in twenty such findings is chance.'
        else 'No difference that chance could not make.'
    end as verdict
from retention_survival_groups
where group_kind <> 'all'
group by group_kind, subject
order by
    list_position(
        ['answered_by', 'answered_within', 'segment', 'area', 'award', 'tier', 'certification', 'course'], group_kind
    ),
    subject
