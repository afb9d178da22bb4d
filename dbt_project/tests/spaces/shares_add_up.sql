-- Months in which the spaces' posts are not those of the single contributions, or their shares not the whole.
with

spaces as (

    select
        month,
        sum(posts) as posts,
        sum(share_ratio) as share_ratio
    from {{ ref('space_activity_monthly') }}
    group by month
    having sum(posts) > 0

),

single as (

    select
        {{ local_month('occurred_at') }} as month,
        count(*) as posts
    from {{ ref('fct_contribution') }}
    where kind in ('topic', 'reply', 'feature_request', 'comment') and space_key is not null
    group by {{ local_month('occurred_at') }}

)

select
    coalesce(spaces.month, single.month) as month,
    spaces.posts,
    single.posts as single_posts,
    spaces.share_ratio
from spaces
full outer join single on spaces.month = single.month
where
    spaces.month is null
    or single.month is null
    or spaces.posts != single.posts
    or abs(spaces.share_ratio - 1) > 1e-9
