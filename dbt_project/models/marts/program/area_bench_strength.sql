with

areas as (

    select * from {{ ref('dim_expertise_area') }}

),

absence as (

    select * from {{ ref('int_area_absence__counted') }}

),

contributions as (

    select * from absence
    where measure = 'contributions'

),

answers as (

    select * from absence
    where measure = 'answers'

),

member_answers as (

    select * from absence
    where measure = 'member_answers'

),

experts as (

    select
        expertise_area,
        count(*) as experts,
        count(*) filter (where is_expert_by_program) as program_experts,
        count(*) filter (where trajectory = 'flare') as flare_experts,
        count(*) filter (where trajectory = 'rising') as rising_experts,
        count(*) filter (where trajectory = 'steady') as steady_experts,
        count(*) filter (where trajectory = 'new') as new_experts,
        count(*) filter (where trajectory = 'fading') as fading_experts,
        count(*) filter (where trajectory = 'gone') as gone_experts,
        string_agg(
            display_name || ' (' || coalesce(trajectory, 'no contribution yet') || ')', ', '
            order by rank_in_area nulls last, member_key
        ) as expert_names
    from {{ ref('member_expertise') }}
    where is_expert
    group by expertise_area

)

select
    areas.expertise_area,
    coalesce(contributions.people, 0) as contributors,
    coalesce(contributions.quantity, 0) as contributions,
    contributions.absence_factor as contributor_absence_factor,
    coalesce(answers.people, 0) as answerers,
    coalesce(answers.quantity, 0) as answers,
    answers.absence_factor as answerer_absence_factor,
    coalesce(member_answers.quantity, 0) as member_answers,
    member_answers.absence_factor as member_answerer_absence_factor,
    1 - coalesce(member_answers.quantity, 0) / nullif(cast(answers.quantity as double), 0) as staff_answers_ratio,
    coalesce(experts.experts, 0) as experts,
    coalesce(experts.program_experts, 0) as program_experts,
    coalesce(experts.flare_experts, 0) as flare_experts,
    coalesce(experts.rising_experts, 0) as rising_experts,
    coalesce(experts.steady_experts, 0) as steady_experts,
    coalesce(experts.new_experts, 0) as new_experts,
    coalesce(experts.fading_experts, 0) as fading_experts,
    coalesce(experts.gone_experts, 0) as gone_experts,
    experts.expert_names
from areas
left join contributions on areas.expertise_area = contributions.expertise_area
left join answers on areas.expertise_area = answers.expertise_area
left join member_answers on areas.expertise_area = member_answers.expertise_area
left join experts on areas.expertise_area = experts.expertise_area
