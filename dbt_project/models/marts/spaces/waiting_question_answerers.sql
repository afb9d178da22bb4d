with

answerers as (

    select * from {{ ref('int_question_answerers__matched') }}

)

select
    answerers.topic_key,
    answerers.answerer_rank,
    answerers.member_key,
    members.display_name,
    answerers.expertise_area,
    answerers.fit_rank,
    answerers.fit_score,
    answerers.help_part,
    answerers.knowledge_part,
    answerers.lately_part,
    answerers.is_expert,
    answerers.answers,
    answerers.accepted_answers,
    answerers.accepted_answers_12_months,
    answerers.te_thirds / 3.0 as ticket_equivalents,
    answerers.z_score,
    answerers.last_active_at,
    count(*) over (partition by answerers.member_key) as questions_named_for,
    case when answerers.is_expert then 'Expert of ' else 'Answers in ' end || answerers.expertise_area || ': '
    || {{ whole_number('answerers.answers') }} || ' answers there, '
    || {{ whole_number('answerers.accepted_answers') }} || ' accepted ('
    || {{ whole_number('answerers.accepted_answers_12_months') }} || ' in the last 12 months); last active '
    || cast({{ local_date('answerers.last_active_at') }} as string) || '.' as reason
from answerers
inner join {{ ref('dim_member') }} as members on answerers.member_key = members.member_key
