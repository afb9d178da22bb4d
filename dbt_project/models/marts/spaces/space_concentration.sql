with

activity as (

    select * from {{ ref('space_activity_monthly') }}

),

people_posts as (

    select
        source_name,
        month,
        member_key,
        sum(posts) as posts
    from {{ ref('int_space_member_months__counted') }}
    where not is_bot
    group by source_name, month, member_key

),

-- Each source by itself, and all of them as one community.
scoped_spaces as (

    select
        source_name,
        month,
        space_key,
        posts,
        is_complete
    from activity
    union all
    select
        'all' as source_name,
        month,
        space_key,
        posts,
        is_complete
    from activity

),

scoped_people as (

    select
        source_name,
        month,
        member_key,
        posts
    from people_posts
    union all
    select
        'all' as source_name,
        month,
        member_key,
        sum(posts) as posts
    from people_posts
    group by month, member_key

),

ranked_spaces as (

    select
        *,
        row_number() over (partition by source_name, month order by posts, space_key) as rank_from_least,
        {{ is_among_fewest_holding(50, 'posts', 'source_name, month', 'space_key') }} as is_in_half,
        {{ is_among_fewest_holding(80, 'posts', 'source_name, month', 'space_key') }} as is_in_four_fifths
    from scoped_spaces

),

ranked_people as (

    select
        *,
        {{ is_among_fewest_holding(50, 'posts', 'source_name, month', 'member_key') }} as is_in_half
    from scoped_people

),

spaces as (

    select
        source_name,
        month,
        is_complete,
        sum(posts) as posts,
        count(*) as spaces,
        count(*) filter (where posts > 0) as active_spaces,
        {{ herfindahl('posts') }} as hhi,
        {{ herfindahl_unbiased('posts') }} as hhi_unbiased,
        {{ gini('posts', 'rank_from_least') }} as gini,
        count(*) filter (where is_in_half) as spaces_for_half,
        count(*) filter (where is_in_four_fifths) as spaces_for_four_fifths
    from ranked_spaces
    group by source_name, month, is_complete

),

people as (

    select
        source_name,
        month,
        count(*) as people,
        count(*) filter (where is_in_half) as contributor_absence_factor
    from ranked_people
    group by source_name, month

)

select
    spaces.month,
    spaces.source_name,
    cast(spaces.posts as bigint) as posts,
    spaces.spaces,
    spaces.active_spaces,
    spaces.hhi,
    spaces.hhi_unbiased,
    case when spaces.posts >= 20 then 1 / spaces.hhi end as effective_spaces,
    spaces.gini,
    nullif(spaces.spaces_for_half, 0) as spaces_for_half,
    nullif(spaces.spaces_for_four_fifths, 0) as spaces_for_four_fifths,
    coalesce(people.people, 0) as people,
    people.contributor_absence_factor,
    spaces.is_complete
from spaces
left join people
    on
        spaces.source_name = people.source_name
        and spaces.month = people.month
