select
    month,
    avoided_direct_low as avoided_low,
    avoided_direct_base as avoided_base,
    avoided_direct_high as avoided_high
from deflection_monthly
where is_complete
