with recursive

spaces as (

    select * from {{ ref('int_spaces__unioned') }}

),

rules as (

    select * from {{ ref('expertise_areas') }}

),

-- Each space with itself and all it lies in; ten steps end even a circle.
lineage (space_key, ancestor_key, steps) as (

    select
        space_key,
        space_key as ancestor_key,
        0 as steps
    from spaces
    union all
    select
        lineage.space_key,
        spaces.parent_space_key as ancestor_key,
        lineage.steps + 1 as steps
    from lineage
    inner join spaces on lineage.ancestor_key = spaces.space_key
    where spaces.parent_space_key is not null and lineage.steps < 10

),

ruled as (

    select
        lineage.space_key,
        min_by(rules.expertise_area, (lineage.steps, rules.source_name = '*', rules.expertise_area)) as expertise_area
    from lineage
    inner join spaces on lineage.ancestor_key = spaces.space_key
    inner join rules
        on
            spaces.source_record_id = rules.match_value
            and rules.source_name in (spaces.source_name, '*')
    where
        (rules.match_kind = 'space' and spaces.kind in ('forum category', 'idea board'))
        or (rules.match_kind = 'group' and spaces.kind = 'support group')
    group by lineage.space_key

),

-- Where nobody mapped the forum's categories, its top ones are the areas.
mapped_sources as (

    select distinct spaces.source_name
    from spaces
    inner join rules on rules.source_name in (spaces.source_name, '*')
    where rules.match_kind = 'space' and spaces.kind = 'forum category'

),

roots as (

    select
        space_key,
        max_by(ancestor_key, steps) as root_space_key
    from lineage
    group by space_key

)

select
    spaces.space_key,
    coalesce(
        ruled.expertise_area,
        case
            when spaces.kind = 'forum category' and mapped_sources.source_name is null and root_spaces.is_support
                then root_spaces.name
        end
    ) as expertise_area,
    case when ruled.space_key is not null then 'rule' else 'name' end as basis
from spaces
inner join roots on spaces.space_key = roots.space_key
inner join spaces as root_spaces on roots.root_space_key = root_spaces.space_key
left join ruled on spaces.space_key = ruled.space_key
left join mapped_sources on spaces.source_name = mapped_sources.source_name
where
    ruled.space_key is not null
    or (spaces.kind = 'forum category' and mapped_sources.source_name is null and root_spaces.is_support)
