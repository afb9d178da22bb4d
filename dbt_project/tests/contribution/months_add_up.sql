-- Kinds of contribution of which the months hold another quantity than the single contributions.
with

monthly as (

    select
        sum(topics) as topics,
        sum(replies) as replies,
        sum(feature_requests) as feature_requests,
        sum(votes) as votes,
        sum(comments) as comments,
        sum(likes_received) as likes_received,
        sum(accepted_answers) as accepted_answers,
        sum(te_thirds) as te_thirds
    from {{ ref('member_contribution_monthly') }}

),

single as (

    select
        sum(case when kind = 'topic' then quantity else 0 end) as topics,
        sum(case when kind = 'reply' then quantity else 0 end) as replies,
        sum(case when kind = 'feature_request' then quantity else 0 end) as feature_requests,
        sum(case when kind = 'vote' then quantity else 0 end) as votes,
        sum(case when kind = 'comment' then quantity else 0 end) as comments,
        sum(case when kind = 'like_received' then quantity else 0 end) as likes_received,
        sum(case when kind = 'accepted_answer' then quantity else 0 end) as accepted_answers,
        sum(te_thirds) as te_thirds
    from {{ ref('fct_contribution') }}

)

select * from monthly
except
select * from single
