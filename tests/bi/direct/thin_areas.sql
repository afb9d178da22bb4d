select expertise_area, answers, member_answerer_absence_factor, experts, gone_experts
from area_bench_strength
order by member_answerer_absence_factor, expertise_area
limit 50
