with

contributions as (

    select
        *,
        {{ local_date('occurred_at') }} as local_date,
        {{ local_month('occurred_at') }} as month
    from {{ ref('int_contributions__unioned') }}

),

-- Prices and weights of the day are looked up once per day, not once per contribution.
daily as (

    select
        member_key,
        month,
        local_date,
        kind,
        sum(quantity) as quantity,
        bool_or(is_authored) as is_authored,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_answer) as answers,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high
    from contributions
    group by member_key, month, local_date, kind

),

valued as (

    select
        daily.*,
        case when daily.kind = 'vote' then least(daily.quantity, 10) else daily.quantity end
        * coalesce(weights.weight, 0) as points,
        daily.te_thirds * coalesce(prices.price_usd, 0) as value_thirds_usd,
        daily.te_thirds_low * coalesce(prices.price_usd, 0) as value_thirds_low_usd,
        daily.te_thirds_high * coalesce(prices.price_usd, 0) as value_thirds_high_usd
    from daily
    left join {{ ref('contribution_weights') }} as weights
        on
            daily.kind = weights.kind
            and {{ holds_on('daily.local_date', 'weights.valid_from', 'weights.valid_to') }}
    left join {{ ref('ticket_prices') }} as prices
        on {{ holds_on('daily.local_date', 'prices.valid_from', 'prices.valid_to') }}

),

monthly as (

    select
        member_key,
        month,
        sum(case when kind = 'topic' then quantity else 0 end) as topics,
        sum(case when kind = 'reply' then quantity else 0 end) as replies,
        sum(case when kind = 'feature_request' then quantity else 0 end) as feature_requests,
        sum(case when kind = 'vote' then quantity else 0 end) as votes,
        sum(case when kind = 'comment' then quantity else 0 end) as comments,
        sum(case when kind = 'like_received' then quantity else 0 end) as likes_received,
        sum(case when kind = 'accepted_answer' then quantity else 0 end) as accepted_answers,
        sum(case when is_authored then quantity else 0 end) as authored,
        count(distinct case when is_authored then local_date end) as active_days,
        sum(questions) as questions,
        sum(answers) as answers,
        sum(points) as points,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from valued
    group by member_key, month

)

select
    member_key,
    month,
    cast(topics as bigint) as topics,
    cast(replies as bigint) as replies,
    cast(feature_requests as bigint) as feature_requests,
    cast(votes as bigint) as votes,
    cast(comments as bigint) as comments,
    cast(likes_received as bigint) as likes_received,
    cast(accepted_answers as bigint) as accepted_answers,
    cast(authored as bigint) as authored,
    active_days,
    cast(questions as bigint) as questions,
    cast(answers as bigint) as answers,
    cast(points as double) as points,
    cast(te_thirds as bigint) as te_thirds,
    cast(te_thirds_low as bigint) as te_thirds_low,
    cast(te_thirds_high as bigint) as te_thirds_high,
    te_thirds / 3.0 as ticket_equivalents,
    te_thirds_low / 3.0 as ticket_equivalents_low,
    te_thirds_high / 3.0 as ticket_equivalents_high,
    cast(value_thirds_usd as double) / 3 as value_usd,
    cast(value_thirds_low_usd as double) / 3 as value_low_usd,
    cast(value_thirds_high_usd as double) / 3 as value_high_usd,
    {{ is_month_complete('month') }} as is_complete,
    {{ is_month_settled('month') }} as is_settled
from monthly
