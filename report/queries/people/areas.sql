-- Who knows what: an area's experts, how they move, and how few people carry it.
with

best as (
    select
        expertise_area,
        member_key,
        display_name,
        row_number() over (partition by expertise_area order by rank_in_area, member_key) as place
    from member_expertise
    where not is_staff and rank_in_area is not null and trajectory is distinct from 'gone'
),

named as (
    select
        expertise_area,
        max(member_key) filter (where place = 1) as first_member_key,
        max(display_name) filter (where place = 1) as first_name,
        max(member_key) filter (where place = 2) as second_member_key,
        max(display_name) filter (where place = 2) as second_name,
        max(member_key) filter (where place = 3) as third_member_key,
        max(display_name) filter (where place = 3) as third_name
    from best
    where place <= 3
    group by expertise_area
)

select
    bench.expertise_area,
    bench.answers,
    bench.member_answerer_absence_factor as few_people,
    bench.staff_answers_ratio,
    bench.experts,
    bench.flare_experts + bench.rising_experts + bench.steady_experts + bench.new_experts as present,
    bench.fading_experts,
    bench.gone_experts,
    named.first_member_key,
    named.first_name,
    named.second_member_key,
    named.second_name,
    named.third_member_key,
    named.third_name
from area_bench_strength as bench
left join named on named.expertise_area = bench.expertise_area
order by bench.answers desc, bench.expertise_area
