-- Kinds of contribution of which the months hold another quantity than the single contributions.
with

monthly as (

    select
        sum(topics) as topics,
        sum(replies) as replies,
        sum(articles) as articles,
        sum(feature_requests) as feature_requests,
        sum(votes) as votes,
        sum(comments) as comments,
        sum(bug_reports) as bug_reports,
        sum(activities) as activities,
        sum(likes_received) as likes_received,
        sum(accepted_answers) as accepted_answers,
        sum(article_ratings) as article_ratings,
        sum(certifications) as certifications,
        sum(te_thirds) as te_thirds
    from {{ ref('member_contribution_monthly') }}

),

single as (

    select
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
        sum(te_thirds) as te_thirds
    from {{ ref('fct_contribution') }}

)

select * from monthly
except
select * from single
