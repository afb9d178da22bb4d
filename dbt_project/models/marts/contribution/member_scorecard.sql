with

members as (

    select * from {{ ref('dim_member') }}

),

contributions as (

    select
        *,
        occurred_at >= {{ months_before(as_of(), 12) }} as is_in_12_months,
        occurred_at >= {{ add_days(as_of(), -90) }} as is_in_90_days
    from {{ ref('int_contributions__valued') }}

),

sums as (

    select
        member_key,
        min(case when is_authored then occurred_at end) as first_contribution_at,
        max(case when is_authored then occurred_at end) as last_contribution_at,
        sum(case when is_authored then quantity else 0 end) as authored,
        count(distinct case when is_authored then local_date end) as active_days,
        count(distinct case when is_authored and is_in_12_months then local_date end) as active_days_12_months,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_answer) as answers,
        sum(case when kind = 'like_received' then quantity else 0 end) as likes_received,
        sum(case when kind = 'accepted_answer' then quantity else 0 end) as accepted_answers,
        sum(case when kind = 'article' then quantity else 0 end) as articles,
        sum(case when kind = 'certification' then quantity else 0 end) as certificates,
        sum(points) as points,
        sum(case when is_in_12_months then points else 0 end) as points_12_months,
        sum(case when is_in_90_days then points else 0 end) as points_90_days,
        sum(te_thirds) as te_thirds,
        sum(case when is_in_12_months then te_thirds else 0 end) as te_thirds_12_months,
        sum(case when is_in_90_days then te_thirds else 0 end) as te_thirds_90_days,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(case when is_in_12_months then value_thirds_usd else 0 end) as value_thirds_12_months_usd,
        sum(case when is_in_90_days then value_thirds_usd else 0 end) as value_thirds_90_days_usd,
        bool_or(is_authored and is_in_12_months) as is_active_12_months
    from contributions
    group by member_key

),

-- Newer answers may still be accepted, and without a button no answer can be.
answers as (

    select
        member_key,
        count(*) filter (where likes > 0) as liked_answers,
        count(*) filter (
            where is_solved_enabled and created_at <= {{ add_days(as_of(), -30) }}
        ) as acceptable_answers,
        count(*) filter (
            where is_solved_enabled and created_at <= {{ add_days(as_of(), -30) }} and is_credited_accept
        ) as acceptable_answers_accepted
    from {{ ref('int_posts__classified') }}
    where is_answer
    group by member_key

),

reach as (

    select
        member_key,
        count(*) as people_helped,
        count(*) filter (where last_helped_at >= {{ months_before(as_of(), 12) }}) as people_helped_12_months
    from {{ ref('int_members_helped__dated') }}
    group by member_key

),

streaks as (

    select
        member_key,
        max(streak_weeks) as longest_streak_weeks,
        max(
            case
                when week >= {{ add_days("cast(date_trunc('week', " ~ last_day() ~ ') as date)', -7) }}
                    then streak_weeks
            end
        ) as current_streak_weeks
    from {{ ref('int_member_weeks__measured') }}
    group by member_key

),

ratings as (

    select
        member_key,
        coalesce(
            cast(sum(cast(rating as decimal(9, 4)) * ratings) as double)
            / nullif(sum(case when rating is not null then ratings else 0 end), 0),
            {{ ordered_mean('rating', 'activity_id') }}
        ) as article_rating
    from {{ ref('int_declared_activities__dated') }}
    where contribution_kind = 'article'
    group by member_key

),

-- The program that the member's tier is of; without tiers the one awarded last.
terms as (

    select
        terms.member_key,
        max_by(
            terms.program, (coalesce(terms.tier = members.tier, false), terms.starts_at, terms.program)
        ) as program
    from {{ ref('int_program_terms__dated') }} as terms
    inner join members on terms.member_key = members.member_key
    where terms.is_in_term
    group by terms.member_key

),

trajectories as (

    select
        member_key,
        max_by(trajectory, month) as trajectory
    from {{ ref('member_trajectory') }}
    group by member_key

),

-- Staff are no measure for members, nor are those who were silent all year.
percentiles as (

    select
        sums.member_key,
        percent_rank() over (order by sums.points_12_months) as percentile
    from sums
    inner join members on sums.member_key = members.member_key
    where sums.is_active_12_months and not members.is_staff

)

select
    sums.member_key,
    members.display_name,
    members.is_staff,
    sums.first_contribution_at,
    sums.last_contribution_at,
    terms.program,
    members.tier,
    trajectories.trajectory,
    cast(sums.authored as bigint) as authored,
    sums.active_days,
    sums.active_days_12_months,
    coalesce(streaks.longest_streak_weeks, 0) as longest_streak_weeks,
    coalesce(streaks.current_streak_weeks, 0) as current_streak_weeks,
    sums.questions,
    sums.answers,
    cast(sums.likes_received as bigint) as likes_received,
    cast(sums.accepted_answers as bigint) as accepted_answers,
    coalesce(answers.liked_answers, 0) as liked_answers,
    answers.liked_answers / nullif(cast(sums.answers as double), 0) as liked_answers_ratio,
    coalesce(answers.acceptable_answers, 0) as acceptable_answers,
    coalesce(answers.acceptable_answers_accepted, 0) as acceptable_answers_accepted,
    answers.acceptable_answers_accepted / nullif(cast(answers.acceptable_answers as double), 0) as accepted_ratio,
    cast(sums.articles as bigint) as articles,
    ratings.article_rating,
    cast(sums.certificates as bigint) as certificates,
    coalesce(reach.people_helped, 0) as people_helped,
    coalesce(reach.people_helped_12_months, 0) as people_helped_12_months,
    cast(sums.points as double) as points,
    cast(sums.points_12_months as double) as points_12_months,
    cast(sums.points_90_days as double) as points_90_days,
    percentiles.percentile,
    sums.te_thirds / 3.0 as ticket_equivalents,
    sums.te_thirds_12_months / 3.0 as ticket_equivalents_12_months,
    sums.te_thirds_90_days / 3.0 as ticket_equivalents_90_days,
    cast(sums.value_thirds_usd as double) / 3 as value_usd,
    cast(sums.value_thirds_12_months_usd as double) / 3 as value_12_months_usd,
    cast(sums.value_thirds_90_days_usd as double) / 3 as value_90_days_usd
from sums
inner join members on sums.member_key = members.member_key
left join answers on sums.member_key = answers.member_key
left join reach on sums.member_key = reach.member_key
left join streaks on sums.member_key = streaks.member_key
left join ratings on sums.member_key = ratings.member_key
left join terms on sums.member_key = terms.member_key
left join trajectories on sums.member_key = trajectories.member_key
left join percentiles on sums.member_key = percentiles.member_key
