-- Facts no source tells; the day they were first loaded as a seed is not known, so their own day stands for it.
select
    declared.activity_id,
    declared.source_name,
    declared.account_id,
    members.member_key,
    declared.kind,
    case declared.kind when 'article' then 'article' else 'activity' end as contribution_kind,
    declared.title,
    declared.url,
    {{ local_midnight('declared.occurred_on') }} as occurred_at,
    declared.expertise_area,
    declared.rating,
    cast(coalesce(declared.rating_count, 0) as bigint) as ratings
from {{ ref('declared_activities') }} as declared
inner join {{ ref('int_members__resolved') }} as members
    on
        declared.source_name = members.source_name
        and declared.account_id = members.account_id
where {{ local_midnight('declared.occurred_on') }} < {{ as_of() }}
