-- Areas with answers where two people or fewer give half of the members' answers.
select
    count(*) as areas,
    count(*) filter (where member_answerer_absence_factor <= 2) as thin,
    min_by(expertise_area, (member_answerer_absence_factor, expertise_area)) as thinnest_area,
    min(member_answerer_absence_factor) as thinnest_factor
from area_bench_strength
where member_answerer_absence_factor is not null
having count(*) > 0
