-- From the value of each group of people: staff and evangelists are left out of what members' help is worth. A metric
-- begins with the first month in which there is any.
with months as (
    select
        month,
        sum(value_low_usd) as "Value of help, low",
        sum(value_usd) as "Value of help",
        sum(value_high_usd) as "Value of help, high"
    from contribution_value_by_group
    where is_complete and member_group not in ('staff', 'evangelist')
    group by month
)

from (unpivot months on columns(* exclude (month)) into name label value value)
qualify sum(value) over (partition by label order by month) > 0
