-- What can be read out of a candidate: ten rows a part at most, for the first 25 of each list.
with

candidates as (

    select
        candidate_key,
        program,
        cycle,
        window_key,
        expertise_area,
        member_key
    from {{ ref('int_award_scores__computed') }}
    where pool_kind = 'cycle' and expertise_area != 'all' and list_position <= 25

),

help as (

    select
        candidates.candidate_key,
        'help' as part,
        case when posts.is_credited_accept then 'accepted answer' else 'liked reply' end as what,
        posts.post_key as item_key,
        posts.topic_title as title,
        posts.topic_key,
        cast(null as string) as other_member_key,
        posts.created_at as occurred_at,
        posts.te_thirds / 3.0 as counts,
        posts.likes,
        row_number() over (
            partition by candidates.candidate_key
            order by posts.te_thirds desc, posts.created_at desc, posts.post_key asc
        ) as position,
        count(*) over (partition by candidates.candidate_key) as items
    from candidates
    inner join {{ ref('int_award_posts__dated') }} as posts
        on
            candidates.window_key = posts.window_key
            and candidates.expertise_area = posts.expertise_area
            and candidates.member_key = posts.member_key
    where posts.te_thirds > 0

),

-- One row per asker: the reply that helped them most.
helped as (

    select
        candidates.candidate_key,
        posts.opener_member_key as other_member_key,
        max_by(posts.post_key, (posts.te_thirds, posts.likes, posts.created_at, posts.post_key)) as item_key,
        max_by(posts.topic_title, (posts.te_thirds, posts.likes, posts.created_at, posts.post_key)) as title,
        max_by(posts.topic_key, (posts.te_thirds, posts.likes, posts.created_at, posts.post_key)) as topic_key,
        max_by(posts.created_at, (posts.te_thirds, posts.likes, posts.created_at, posts.post_key)) as occurred_at,
        max_by(posts.likes, (posts.te_thirds, posts.likes, posts.created_at, posts.post_key)) as likes
    from candidates
    inner join {{ ref('int_award_posts__dated') }} as posts
        on
            candidates.window_key = posts.window_key
            and candidates.expertise_area = posts.expertise_area
            and candidates.member_key = posts.member_key
    where posts.is_answer and (posts.is_credited_accept or posts.likes > 0)
    group by candidates.candidate_key, posts.opener_member_key

),

reach as (

    select
        candidate_key,
        'reach' as part,
        'person helped' as what,
        item_key,
        title,
        topic_key,
        other_member_key,
        occurred_at,
        1.0 as counts,
        likes,
        row_number() over (partition by candidate_key order by occurred_at desc, item_key asc) as position,
        count(*) over (partition by candidate_key) as items
    from helped

),

consistency as (

    select
        candidates.candidate_key,
        'consistency' as part,
        'active month' as what,
        cast(months.months_ago as string) as item_key,
        cast(null as string) as title,
        cast(null as string) as topic_key,
        cast(null as string) as other_member_key,
        {{ local_midnight('months.starts_on') }} as occurred_at,
        cast(months.contributions as double) as counts,
        cast(null as bigint) as likes,
        13 - months.months_ago as position,
        count(*) over (partition by candidates.candidate_key) as items
    from candidates
    inner join {{ ref('int_award_months__measured') }} as months
        on
            candidates.window_key = months.window_key
            and candidates.member_key = months.member_key

),

sharing as (

    select
        candidates.candidate_key,
        'sharing' as part,
        sharing.kind as what,
        sharing.item_key,
        sharing.title,
        cast(null as string) as topic_key,
        cast(null as string) as other_member_key,
        sharing.counted_at as occurred_at,
        sharing.points as counts,
        cast(null as bigint) as likes,
        row_number() over (
            partition by candidates.candidate_key
            order by sharing.points desc, sharing.counted_at desc, sharing.item_key asc
        ) as position,
        count(*) over (partition by candidates.candidate_key) as items
    from candidates
    inner join {{ ref('int_award_sharing__dated') }} as sharing
        on
            candidates.window_key = sharing.window_key
            and candidates.member_key = sharing.member_key
            and coalesce(sharing.expertise_area, candidates.expertise_area) = candidates.expertise_area

),

gathered as (

    select * from help
    union all
    select * from reach
    union all
    select * from consistency
    union all
    select * from sharing

)

select
    candidate_key || ':' || part || ':' || item_key as evidence_key,
    candidate_key,
    part,
    what,
    item_key,
    title,
    topic_key,
    other_member_key,
    occurred_at,
    cast(counts as double) as counts,
    likes,
    cast(position as integer) as item_position,
    items
from gathered
-- A year has twelve months.
where position <= 10 or part = 'consistency'
