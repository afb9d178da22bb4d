-- What a person did in a window, an area at a time, and 'all' of it together.
with

posts as (

    select * from {{ ref('int_award_posts__dated') }}

),

weights as (

    select * from {{ ref('contribution_weights') }}

),

days as (

    select distinct created_on
    from posts

),

weights_of_days as (

    select
        days.created_on,
        max(case when weights.kind = 'topic' then weights.weight else 0 end) as topic_weight,
        max(case when weights.kind = 'reply' then weights.weight else 0 end) as reply_weight,
        max(case when weights.kind = 'like_received' then weights.weight else 0 end) as like_received_weight,
        max(case when weights.kind = 'accepted_answer' then weights.weight else 0 end) as accepted_answer_weight
    from days
    left join weights on {{ holds_on('days.created_on', 'weights.valid_from', 'weights.valid_to') }}
    group by days.created_on

),

valued as (

    select
        posts.*,
        cast(
            case posts.kind when 'topic' then weights_of_days.topic_weight else weights_of_days.reply_weight end
            + posts.likes * weights_of_days.like_received_weight
            + case when posts.is_credited_accept then weights_of_days.accepted_answer_weight else 0 end
            as double
        ) as points
    from posts
    inner join weights_of_days on posts.created_on = weights_of_days.created_on

),

in_areas as (

    select
        *,
        expertise_area as work_area
    from valued
    where expertise_area is not null
    union all
    select
        *,
        'all' as work_area
    from valued

),

written as (

    select
        window_key,
        work_area,
        member_key,
        count(*) as posts,
        count(*) filter (where is_answer) as answers,
        count(*) filter (where is_credited_accept) as accepted_answers,
        cast(sum(likes) as bigint) as likes_received,
        cast(sum(te_thirds) as bigint) as te_thirds,
        count(distinct case when is_answer and (is_credited_accept or likes > 0) then opener_member_key end)
            as people_helped,
        sum(points) as points,
        bool_and(is_observed) as is_observed
    from in_areas
    group by window_key, work_area, member_key

),

sharing as (

    select * from {{ ref('int_award_sharing__dated') }}

),

shared_in_areas as (

    select
        window_key,
        expertise_area as work_area,
        member_key,
        points
    from sharing
    where expertise_area is not null
    union all
    select
        window_key,
        'all' as work_area,
        member_key,
        points
    from sharing

),

shared as (

    select
        window_key,
        work_area,
        member_key,
        sum(points) as points
    from shared_in_areas
    group by window_key, work_area, member_key

),

-- What belongs to no area speaks for its author in each.
shared_anywhere as (

    select
        window_key,
        member_key,
        sum(points) as points
    from sharing
    where expertise_area is null
    group by window_key, member_key

),

people as (

    select
        window_key,
        work_area,
        member_key
    from written
    union
    select
        window_key,
        work_area,
        member_key
    from shared

)

select
    people.window_key || ':' || people.work_area || ':' || people.member_key as work_key,
    people.window_key,
    people.work_area as expertise_area,
    people.member_key,
    coalesce(written.posts, 0) as posts,
    coalesce(written.answers, 0) as answers,
    coalesce(written.accepted_answers, 0) as accepted_answers,
    coalesce(written.likes_received, 0) as likes_received,
    coalesce(written.te_thirds, 0) as te_thirds,
    coalesce(written.people_helped, 0) as people_helped,
    coalesce(written.points, 0) as points,
    coalesce(shared.points, 0) as area_sharing_points,
    coalesce(shared.points, 0)
    + case when people.work_area = 'all' then 0 else coalesce(shared_anywhere.points, 0) end as sharing_points,
    coalesce(written.is_observed, true) as is_observed
from people
left join written
    on
        people.window_key = written.window_key
        and people.work_area = written.work_area
        and people.member_key = written.member_key
left join shared
    on
        people.window_key = shared.window_key
        and people.work_area = shared.work_area
        and people.member_key = shared.member_key
left join shared_anywhere
    on
        people.window_key = shared_anywhere.window_key
        and people.member_key = shared_anywhere.member_key
