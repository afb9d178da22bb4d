with

questions as (

    select * from {{ ref('int_waiting_questions__found') }}

),

answerers as (

    select
        topic_key,
        max(case when answerer_rank = 1 then member_key end) as answerer_1_member_key,
        max(case when answerer_rank = 1 then display_name end) as answerer_1_name,
        max(case when answerer_rank = 1 then reason end) as answerer_1_reason,
        max(case when answerer_rank = 2 then member_key end) as answerer_2_member_key,
        max(case when answerer_rank = 2 then display_name end) as answerer_2_name,
        max(case when answerer_rank = 2 then reason end) as answerer_2_reason,
        max(case when answerer_rank = 3 then member_key end) as answerer_3_member_key,
        max(case when answerer_rank = 3 then display_name end) as answerer_3_name,
        max(case when answerer_rank = 3 then reason end) as answerer_3_reason
    from {{ ref('waiting_question_answerers') }}
    group by topic_key

)

select
    questions.topic_key,
    questions.source_name,
    questions.topic_id as source_record_id,
    questions.space_key,
    spaces.name as space_name,
    questions.expertise_area,
    questions.title,
    questions.opener_member_key as asker_member_key,
    members.display_name as asker_name,
    questions.opened_at,
    questions.waiting_hours,
    questions.replies as own_replies,
    answerers.answerer_1_member_key,
    answerers.answerer_1_name,
    answerers.answerer_1_reason,
    answerers.answerer_2_member_key,
    answerers.answerer_2_name,
    answerers.answerer_2_reason,
    answerers.answerer_3_member_key,
    answerers.answerer_3_name,
    answerers.answerer_3_reason
from questions
inner join {{ ref('dim_member') }} as members on questions.opener_member_key = members.member_key
left join {{ ref('int_spaces__unioned') }} as spaces on questions.space_key = spaces.space_key
left join answerers on questions.topic_key = answerers.topic_key
