-- Who can be asked in each area: members, no staff, who gave some answers there and wrote something lately.
with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', ['answerer_active_days', 'answerer_answers']) }}

),

last_seen as (

    select
        member_key,
        max(occurred_at) as last_active_at
    from {{ ref('int_contributions__unioned') }}
    where is_authored
    group by member_key

),

candidates as (

    select
        expertise.expertise_area,
        expertise.member_key,
        expertise.is_expert,
        expertise.answers,
        expertise.accepted_answers,
        expertise.accepted_answers_12_months,
        expertise.te_thirds,
        expertise.z_score,
        last_seen.last_active_at
    from {{ ref('int_member_expertise__measured') }} as expertise
    inner join last_seen on expertise.member_key = last_seen.member_key
    cross join thresholds
    where
        not expertise.is_staff
        and expertise.answers >= thresholds.answerer_answers
        and last_seen.last_active_at >= {{ add_days(as_of(), '-thresholds.answerer_active_days') }}

),

parts as (

    select
        *,
        coalesce(
            ln(1 + te_thirds / 3.0) / nullif(ln(1 + max(te_thirds) over (partition by expertise_area) / 3.0), 0), 0
        ) as help_part,
        coalesce(greatest(z_score, 0) / nullif(max(greatest(z_score, 0)) over (partition by expertise_area), 0), 0)
            as knowledge_part,
        coalesce(
            ln(1 + accepted_answers_12_months)
            / nullif(ln(1 + max(accepted_answers_12_months) over (partition by expertise_area)), 0), 0
        ) as lately_part
    from candidates

),

scored as (

    select
        *,
        (help_part + knowledge_part + lately_part) / 3 as fit_score
    from parts

)

select
    expertise_area,
    member_key,
    row_number() over (partition by expertise_area order by fit_score desc, te_thirds desc, member_key asc) as fit_rank,
    fit_score,
    help_part,
    knowledge_part,
    lately_part,
    is_expert,
    answers,
    accepted_answers,
    accepted_answers_12_months,
    te_thirds,
    z_score,
    last_active_at
from scored
