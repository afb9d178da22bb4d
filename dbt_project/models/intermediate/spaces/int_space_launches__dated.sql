-- A space is launched with its first post. The topic that describes a category is made with it: where we hold it, and
-- nothing older, we saw the beginning; so we did where a space begins well after the first post we hold of its source.
with

posts as (

    select * from {{ ref('int_space_member_months__counted') }}

),

spaces as (

    select
        space_key,
        source_name,
        min(first_post_at) as launched_at,
        max(last_post_at) as last_post_at
    from posts
    group by space_key, source_name

),

sources as (

    select
        source_name,
        min(launched_at) as first_post_at
    from spaces
    group by source_name

),

about_topics as (

    select
        space_key,
        min(opened_at) as opened_at
    from {{ ref('int_topics__unioned') }}
    where is_about
    group by space_key

)

select
    spaces.space_key,
    spaces.launched_at,
    {{ local_month('spaces.launched_at') }} as launch_month,
    coalesce(about_topics.opened_at <= spaces.launched_at, false)
    or spaces.launched_at >= {{ add_days('sources.first_post_at', 30) }} as launch_is_observed,
    spaces.last_post_at
from spaces
inner join sources on spaces.source_name = sources.source_name
left join about_topics on spaces.space_key = about_topics.space_key
