-- The months the pictures of activity show: two years to the running month.
select
    max(month) as last_month,
    cast(max(month) - interval 24 month as date) as first_month
from member_contribution_monthly
