select
    group_kind,
    subject,
    group_name,
    duration_days as days,
    at_risk,
    events,
    censored,
    survival_ratio,
    {{ survival_bound('lower', 'survival_ratio', 'greenwood_sum') }} as survival_lower,
    {{ survival_bound('upper', 'survival_ratio', 'greenwood_sum') }} as survival_upper
from {{ ref('int_retention_curves__estimated') }}
