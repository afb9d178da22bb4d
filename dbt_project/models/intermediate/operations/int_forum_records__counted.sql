with

topics as (

    select * from {{ ref('stg_discourse__topics') }}
    where not is_deleted and coalesce(archetype, 'regular') != 'private_message'

),

-- A reader without an administrator's key knows people from the directory alone.
people as (

    select
        source_name,
        greatest(
            count(*) filter (where origin = 'admin_users'), count(*) filter (where origin = 'directory_items')
        ) as our_count
    from (
        select
            source_name,
            'admin_users' as origin
        from {{ ref('stg_discourse__admin_users') }}
        where not is_deleted
        union all
        select
            source_name,
            'directory_items' as origin
        from {{ ref('stg_discourse__directory_items') }}
        where not is_deleted
    ) as accounts
    group by source_name

),

held as (

    select
        source_name,
        'topics' as stream,
        count(*) as our_count
    from topics
    group by source_name
    union all
    select
        source_name,
        'users' as stream,
        our_count
    from people

),

told as (

    select
        counts.source_name,
        counts.stream,
        counts.vendor_count,
        coalesce(held.our_count, 0) as our_count,
        'its about page, private and unlisted ones included' as counted_by,
        counts.extracted_at as counted_at
    from {{ ref('stg_discourse__counts') }} as counts
    left join held on counts.source_name = held.source_name and counts.stream = held.stream
    where not counts.is_deleted

),

posts_of_topics as (

    select
        source_name,
        topic_id,
        count(*) as our_count
    from {{ ref('stg_discourse__posts') }}
    where not is_deleted and not is_vendor_deleted
    group by source_name, topic_id

),

posts as (

    select
        topics.source_name,
        'posts' as stream,
        sum(topics.post_count) as vendor_count,
        sum(coalesce(posts_of_topics.our_count, 0)) as our_count,
        'its topics, which say how many posts they have' as counted_by,
        max(topics.extracted_at) as counted_at
    from topics
    left join posts_of_topics
        on topics.source_name = posts_of_topics.source_name and topics.topic_id = posts_of_topics.topic_id
    where topics.post_count is not null
    group by topics.source_name

),

grants_of_badges as (

    select
        source_name,
        badge_id,
        count(*) as our_count
    from {{ ref('stg_discourse__user_badges') }}
    where not is_deleted
    group by source_name, badge_id

),

grants as (

    select
        badges.source_name,
        'user_badges' as stream,
        sum(badges.grant_count) as vendor_count,
        sum(coalesce(grants_of_badges.our_count, 0)) as our_count,
        'its badges, which say how often they were granted' as counted_by,
        max(badges.extracted_at) as counted_at
    from {{ ref('stg_discourse__badges') }} as badges
    left join grants_of_badges
        on badges.source_name = grants_of_badges.source_name and badges.badge_id = grants_of_badges.badge_id
    where not badges.is_deleted and badges.grant_count is not null
    group by badges.source_name

),

compared as (

    select * from told
    union all
    select * from posts
    union all
    select * from grants

)

select
    source_name,
    'discourse' as vendor,
    stream,
    cast(vendor_count as bigint) as vendor_count,
    cast(our_count as bigint) as our_count,
    cast(0.95 as double) as least_ratio,
    false as is_exact,
    counted_by,
    counted_at
from compared
