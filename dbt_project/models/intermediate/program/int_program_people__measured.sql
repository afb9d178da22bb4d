with

people as (

    select distinct member_key
    from {{ ref('int_program_terms__dated') }}
    where is_in_term

),

contributions as (

    select
        contributions.*,
        {{ local_date('contributions.occurred_at') }} as local_date,
        {{ local_month('contributions.occurred_at') }} as month,
        contributions.occurred_at >= {{ a_year_ago() }} as is_in_12_months,
        contributions.occurred_at >= {{ local_midnight(add_months(local_date(as_of()), -24)) }}
        and contributions.occurred_at < {{ a_year_ago() }} as is_in_year_before
    from {{ ref('int_contributions__unioned') }} as contributions
    inner join people on contributions.member_key = people.member_key

),

prices as (

    select
        cast(price_usd as double) as price_usd,
        valid_from,
        valid_to
    from {{ ref('ticket_prices') }}

),

sums as (

    select
        contributions.member_key,
        max(case when contributions.is_authored then contributions.occurred_at end) as last_contribution_at,
        count(*) filter (where contributions.is_authored and contributions.is_in_12_months) as authored,
        count(*) filter (where contributions.is_answer and contributions.is_in_12_months) as answers,
        count(*) filter (
            where contributions.kind = 'accepted_answer' and contributions.is_in_12_months
        ) as accepted_answers,
        sum(
            case
                when contributions.kind = 'like_received' and contributions.is_in_12_months then contributions.quantity
            end
        ) as likes_received,
        count(*) filter (
            where contributions.kind in ('article', 'activity') and contributions.is_in_12_months
        ) as articles_and_activities,
        sum(case when contributions.is_in_12_months then contributions.te_thirds end) as te_thirds,
        sum(case when contributions.is_in_year_before then contributions.te_thirds end) as te_thirds_year_before,
        sum(
            case when contributions.is_in_12_months then contributions.te_thirds * coalesce(prices.price_usd, 0) end
        ) as value_thirds_usd,
        count(
            distinct case
                when
                    contributions.is_authored
                    and contributions.month <= {{ last_complete_month() }}
                    and contributions.month > {{ add_months(last_complete_month(), -12) }}
                    then contributions.month
            end
        ) as active_months
    from contributions
    left join prices on {{ holds_on('contributions.local_date', 'prices.valid_from', 'prices.valid_to') }}
    group by contributions.member_key

),

reach as (

    select
        posts.member_key,
        count(distinct posts.opener_member_key) as people_helped
    from {{ ref('int_posts__classified') }} as posts
    inner join people on posts.member_key = people.member_key
    where
        posts.is_answer
        and (posts.is_credited_accept or posts.likes > 0)
        and posts.created_at >= {{ a_year_ago() }}
    group by posts.member_key

)

select
    people.member_key,
    sums.last_contribution_at,
    coalesce(sums.authored, 0) as authored,
    coalesce(sums.answers, 0) as answers,
    coalesce(sums.accepted_answers, 0) as accepted_answers,
    cast(coalesce(sums.likes_received, 0) as bigint) as likes_received,
    coalesce(reach.people_helped, 0) as people_helped,
    coalesce(sums.articles_and_activities, 0) as articles_and_activities,
    coalesce(sums.active_months, 0) as active_months,
    cast(coalesce(sums.te_thirds, 0) as bigint) as te_thirds,
    cast(coalesce(sums.te_thirds_year_before, 0) as bigint) as te_thirds_year_before,
    coalesce(sums.value_thirds_usd, 0) / 3 as value_usd
from people
left join sums on people.member_key = sums.member_key
left join reach on people.member_key = reach.member_key
