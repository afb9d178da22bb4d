{%- set a_year_ago = local_midnight(add_months(local_date(as_of()), -12)) -%}
with

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted and expertise_area is not null and not is_bot

),

measured as (

    select
        member_key,
        expertise_area,
        count(*) as posts,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_answer) as answers,
        count(distinct case when is_answer then topic_key end) as questions_answered,
        count(*) filter (where is_credited_accept) as accepted_answers,
        count(*) filter (where is_credited_accept and created_at >= {{ a_year_ago }}) as accepted_answers_12_months,
        cast(sum(likes) as bigint) as likes_received,
        cast(sum(helpful_likes) as bigint) as helpful_likes,
        count(distinct case when is_answer and (is_credited_accept or likes > 0) then opener_member_key end)
            as people_helped,
        min(case when is_answer then created_at end) as first_answer_at,
        max(case when is_answer then created_at end) as last_answer_at
    from posts
    group by member_key, expertise_area

),

terms as (

    select distinct
        member_key,
        expertise_area
    from {{ ref('int_program_terms__dated') }}
    where is_in_term

),

-- Program members stand in their area even before they wrote there.
people as (

    select
        member_key,
        expertise_area
    from measured
    union
    select
        member_key,
        expertise_area
    from terms
    where expertise_area is not null

),

staff_now as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where {{ holds_at_last('starts_at', 'ends_at') }}

),

joined as (

    select
        people.member_key,
        people.expertise_area,
        coalesce(measured.posts, 0) as posts,
        coalesce(measured.questions, 0) as questions,
        coalesce(measured.answers, 0) as answers,
        coalesce(measured.questions_answered, 0) as questions_answered,
        coalesce(measured.accepted_answers, 0) as accepted_answers,
        coalesce(measured.accepted_answers_12_months, 0) as accepted_answers_12_months,
        coalesce(measured.likes_received, 0) as likes_received,
        coalesce(3 * measured.accepted_answers + measured.helpful_likes, 0) as te_thirds,
        coalesce(measured.people_helped, 0) as people_helped,
        measured.first_answer_at,
        measured.last_answer_at,
        staff_now.member_key is not null as is_staff,
        area_terms.member_key is not null as has_area_term,
        area_less_terms.member_key is not null as has_area_less_term
    from people
    left join measured
        on
            people.member_key = measured.member_key
            and people.expertise_area = measured.expertise_area
    left join staff_now on people.member_key = staff_now.member_key
    left join terms as area_terms
        on
            people.member_key = area_terms.member_key
            and people.expertise_area = area_terms.expertise_area
    left join terms as area_less_terms
        on
            people.member_key = area_less_terms.member_key
            and area_less_terms.expertise_area is null

),

scored as (

    select
        *,
        coalesce(
            (questions_answered - questions) / sqrt(nullif(cast(questions_answered + questions as double), 0)), 0
        ) as z_score,
        accepted_answers
        / nullif(cast(sum(accepted_answers) over (partition by expertise_area) as double), 0) as area_accepts_ratio,
        not is_staff and (has_area_term or (has_area_less_term and answers > 0)) as is_expert_by_program
    from joined

)

select
    member_key || ':' || expertise_area as member_expertise_key,
    member_key,
    expertise_area,
    posts,
    questions,
    answers,
    questions_answered,
    accepted_answers,
    accepted_answers_12_months,
    likes_received,
    te_thirds,
    people_helped,
    first_answer_at,
    last_answer_at,
    z_score,
    area_accepts_ratio,
    is_staff,
    is_expert_by_program,
    not is_staff and accepted_answers_12_months >= 5 and z_score > 0 as is_expert_by_answers,
    is_expert_by_program or (not is_staff and accepted_answers_12_months >= 5 and z_score > 0) as is_expert
from scored
