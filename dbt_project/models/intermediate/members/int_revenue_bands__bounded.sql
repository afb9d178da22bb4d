select
    revenue_band,
    cast(monthly_revenue_from_usd as double) as from_usd,
    cast(coalesce(
        lead(monthly_revenue_from_usd) over (order by monthly_revenue_from_usd), 1e18
    ) as double) as below_usd
from {{ ref('revenue_bands') }}
