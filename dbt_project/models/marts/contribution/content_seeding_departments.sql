with

posts as (

    select
        post_key,
        space_key,
        member_key,
        created_at,
        kind,
        {{ local_month('created_at') }} as month
    from {{ ref('int_posts__classified') }}
    where
        is_counted
        and is_staff_at_time
        and space_key is not null
        and (kind = 'topic' or not is_in_own_topic)

),

staff_periods as (

    select
        *,
        case
            when role = 'bot' then 'bots'
            else coalesce(department, 'not given')
        end as department_name
    from {{ ref('int_staff_periods__unioned') }}

),

-- Somebody may work in two departments at once; the post counts once, for what was declared first.
departments as (

    select
        posts.post_key,
        posts.space_key,
        posts.month,
        posts.kind,
        min_by(
            staff_periods.department_name,
            (
                case staff_periods.basis when 'seed' then 0 else 1 end,
                case when staff_periods.department is null then 1 else 0 end,
                staff_periods.starts_at,
                staff_periods.department_name
            )
        ) as department
    from posts
    inner join staff_periods
        on
            posts.member_key = staff_periods.member_key
            and posts.created_at >= staff_periods.starts_at
            and posts.created_at < staff_periods.ends_at
    group by posts.post_key, posts.space_key, posts.month, posts.kind

),

counted as (

    select
        space_key,
        month,
        department,
        count(*) filter (where kind = 'topic') as topics,
        count(*) filter (where kind = 'reply') as replies_to_others
    from departments
    group by space_key, month, department

)

select
    counted.space_key,
    counted.month,
    counted.department,
    counted.topics,
    counted.topics / nullif(cast(totals.topics as double), 0) as topics_ratio,
    counted.replies_to_others,
    counted.replies_to_others / nullif(cast(totals.replies_to_others as double), 0) as replies_ratio,
    {{ is_month_complete('counted.month') }} as is_complete
from counted
inner join {{ ref('int_space_seeding__measured') }} as totals
    on
        counted.space_key = totals.space_key
        and counted.month = totals.month
