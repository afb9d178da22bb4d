with

expertise as (

    select * from {{ ref('int_member_expertise__measured') }}

),

latest as (

    select
        member_key,
        max_by(trajectory, month) as trajectory
    from {{ ref('member_trajectory') }}
    group by member_key

),

joined as (

    select
        expertise.*,
        members.display_name,
        members.region,
        latest.trajectory,
        not expertise.is_staff and expertise.answers > 0 as is_ranked
    from expertise
    inner join {{ ref('dim_member') }} as members on expertise.member_key = members.member_key
    left join latest on expertise.member_key = latest.member_key

)

select
    member_expertise_key,
    member_key,
    display_name,
    region,
    expertise_area,
    case
        when is_ranked
            then
                row_number() over (
                    partition by expertise_area, is_ranked
                    order by z_score desc, te_thirds desc, member_key asc
                )
    end as rank_in_area,
    case
        when is_ranked and region is not null
            then
                row_number() over (
                    partition by expertise_area, region, is_ranked
                    order by z_score desc, te_thirds desc, member_key asc
                )
    end as rank_in_region,
    z_score,
    answers,
    questions,
    questions_answered,
    accepted_answers,
    accepted_answers_12_months,
    likes_received,
    people_helped,
    te_thirds,
    te_thirds / 3.0 as ticket_equivalents,
    area_accepts_ratio,
    posts,
    first_answer_at,
    last_answer_at,
    trajectory,
    is_staff,
    is_expert,
    is_expert_by_program,
    is_expert_by_answers
from joined
