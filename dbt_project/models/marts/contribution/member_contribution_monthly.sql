with

monthly as (

    select
        member_key,
        month,
        sum(case when kind = 'topic' then quantity else 0 end) as topics,
        sum(case when kind = 'reply' then quantity else 0 end) as replies,
        sum(case when kind = 'article' then quantity else 0 end) as articles,
        sum(case when kind = 'feature_request' then quantity else 0 end) as feature_requests,
        sum(case when kind = 'vote' then quantity else 0 end) as votes,
        sum(case when kind = 'comment' then quantity else 0 end) as comments,
        sum(case when kind = 'bug_report' then quantity else 0 end) as bug_reports,
        sum(case when kind = 'activity' then quantity else 0 end) as activities,
        sum(case when kind = 'like_received' then quantity else 0 end) as likes_received,
        sum(case when kind = 'accepted_answer' then quantity else 0 end) as accepted_answers,
        sum(case when kind = 'article_rating' then quantity else 0 end) as article_ratings,
        sum(case when kind = 'certification' then quantity else 0 end) as certifications,
        sum(case when is_authored then quantity else 0 end) as authored,
        count(distinct case when is_authored then local_date end) as active_days,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_answer) as answers,
        sum(points) as points,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from {{ ref('int_contributions__valued') }}
    group by member_key, month

)

select
    member_key,
    month,
    cast(topics as bigint) as topics,
    cast(replies as bigint) as replies,
    cast(articles as bigint) as articles,
    cast(feature_requests as bigint) as feature_requests,
    cast(votes as bigint) as votes,
    cast(comments as bigint) as comments,
    cast(bug_reports as bigint) as bug_reports,
    cast(activities as bigint) as activities,
    cast(likes_received as bigint) as likes_received,
    cast(accepted_answers as bigint) as accepted_answers,
    cast(article_ratings as bigint) as article_ratings,
    cast(certifications as bigint) as certifications,
    cast(authored as bigint) as authored,
    active_days,
    questions,
    answers,
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
