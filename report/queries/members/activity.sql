-- What each person did, month by month, for two years; the ratios are heights, the person's best month being 1.
with

latest as (select max(month) as month from member_contribution_monthly),

months as (
    select
        monthly.member_key,
        monthly.month,
        date_diff('month', monthly.month, latest.month) as months_ago,
        monthly.is_complete,
        monthly.authored,
        monthly.answers,
        monthly.accepted_answers,
        monthly.likes_received,
        monthly.ticket_equivalents,
        ways.trajectory
    from member_contribution_monthly as monthly
    cross join latest
    left join member_trajectory as ways on ways.member_key = monthly.member_key and ways.month = monthly.month
    where monthly.month >= latest.month - interval 24 month
        and (monthly.authored > 0 or monthly.te_thirds > 0)
)

select
    *,
    authored / nullif(max(authored) over (partition by member_key), 0) as authored_ratio,
    least(answers, authored) / nullif(max(authored) over (partition by member_key), 0) as answers_ratio,
    max(authored) over (partition by member_key) as best_authored
from months
order by member_key, month desc
