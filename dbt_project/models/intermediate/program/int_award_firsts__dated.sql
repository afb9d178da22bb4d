-- When people had first contributed, as it was known of each window.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

posts as (

    select
        post_key,
        member_key,
        created_at,
        is_counted
    from {{ ref('int_posts__classified') }}
    where member_key is not null

),

authored as (

    select
        member_key,
        created_at as occurred_at,
        post_key
    from posts
    where is_counted
    union all
    select
        member_key,
        occurred_at,
        cast(null as string) as post_key
    from {{ ref('int_contributions__unioned') }}
    where is_authored and kind not in ('topic', 'reply')

),

-- Posts that counted then and do not now, or the other way round: few.
differing as (

    select
        flags.window_key,
        posts.post_key,
        posts.member_key,
        posts.created_at as occurred_at,
        flags.is_counted
    from {{ ref('int_award_flags__observed') }} as flags
    inner join posts on flags.post_key = posts.post_key

),

differing_members as (

    select distinct
        window_key,
        member_key
    from differing

),

firsts as (

    select
        member_key,
        min(occurred_at) as first_contribution_at
    from authored
    group by member_key

),

others as (

    select
        windows.window_key,
        firsts.member_key,
        firsts.first_contribution_at
    from windows
    inner join firsts on windows.ends_at > firsts.first_contribution_at
    left join differing_members
        on
            windows.window_key = differing_members.window_key
            and firsts.member_key = differing_members.member_key
    where differing_members.member_key is null

),

kept as (

    select
        differing_members.window_key,
        differing_members.member_key,
        authored.occurred_at
    from differing_members
    inner join authored on differing_members.member_key = authored.member_key
    left join differing
        on
            differing_members.window_key = differing.window_key
            and authored.post_key = differing.post_key
    where differing.post_key is null

),

events as (

    select * from kept
    union all
    select
        window_key,
        member_key,
        occurred_at
    from differing
    where is_counted

)

select * from others
union all
select
    events.window_key,
    events.member_key,
    min(events.occurred_at) as first_contribution_at
from events
inner join windows on events.window_key = windows.window_key
where events.occurred_at < windows.ends_at
group by events.window_key, events.member_key
