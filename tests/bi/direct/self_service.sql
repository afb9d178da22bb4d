select month, 'Self-service score' as label, self_service_score as value
from self_service_monthly
where is_complete
