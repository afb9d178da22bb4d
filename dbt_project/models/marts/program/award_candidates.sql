with

scores as (

    select * from {{ ref('int_award_scores__computed') }}
    where pool_kind = 'cycle' and expertise_area != 'all'

),

joined as (

    select
        scores.*,
        cycles.cut_off_on,
        cycles.is_shortlist_published,
        members.display_name,
        members.region
    from scores
    inner join {{ ref('int_award_cycles__dated') }} as cycles
        on
            scores.program = cycles.program
            and scores.cycle = cycles.cycle
    inner join {{ ref('dim_member') }} as members on scores.member_key = members.member_key

),

ranked as (

    select
        *,
        case when is_eligible then list_position end as rank_in_area,
        case
            when is_eligible and region is not null
                then
                    row_number() over (
                        partition by program, cycle, expertise_area, region, is_eligible
                        order by score desc, te_thirds desc, member_key asc
                    )
        end as rank_in_region,
        case when not is_eligible then list_position end as near_miss_position
    from joined

)

select
    program || ':' || cycle || ':' || expertise_area || ':' || member_key as candidate_key,
    program,
    cycle,
    cut_off_on,
    cut_off_at,
    is_shortlist_published,
    expertise_area,
    member_key,
    display_name,
    region,
    is_eligible,
    ineligible_reason,
    rank_in_area,
    rank_in_region,
    near_miss_position,
    score,
    help_part,
    reach_part,
    quality_part,
    consistency_part,
    sharing_part,
    te_thirds,
    te_thirds / 3.0 as ticket_equivalents,
    people_helped,
    answers,
    accepted_answers,
    accepted_answers / nullif(cast(answers as double), 0) as accepted_ratio,
    area_accept_ratio as area_accepted_ratio,
    active_months,
    sharing_points,
    likes_received,
    posts,
    points,
    first_contribution_at,
    is_in_term,
    basis,
    {{ number_text('te_thirds / 3.0', 1) }} || ' ticket equivalents, '
    || {{ count_text('people_helped', 'person', 'people') }} || ' helped, '
    || {{ number_text('accepted_answers') }} || ' accepted of ' || {{ count_text('answers', 'answer') }}
    || ', active in ' || {{ number_text('active_months') }} || ' of 12 months'
    || case
        when sharing_points > 0 then ', ' || {{ number_text('sharing_points') }} || ' points for what they shared'
        else ''
    end as summary
from ranked
