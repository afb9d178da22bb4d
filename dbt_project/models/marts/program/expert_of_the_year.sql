with

scores as (

    select * from {{ ref('int_award_scores__computed') }}
    where pool_kind = 'year'

),

main_areas as (

    select
        window_key,
        member_key,
        max_by(expertise_area, (te_thirds, answers, expertise_area)) as main_expertise_area
    from {{ ref('int_award_work__measured') }}
    where expertise_area != 'all'
    group by window_key, member_key

),

ranked as (

    select
        scores.*,
        members.display_name,
        members.region,
        main_areas.main_expertise_area,
        scores.list_position as rank_in_program
    from scores
    inner join {{ ref('dim_member') }} as members on scores.member_key = members.member_key
    left join main_areas
        on
            scores.window_key = main_areas.window_key
            and scores.member_key = main_areas.member_key

)

select
    program || ':' || cycle || ':' || member_key as title_key,
    program,
    cast(cycle as integer) as calendar_year,
    member_key,
    display_name,
    region,
    main_expertise_area,
    rank_in_program,
    rank_in_program = 1 as is_expert_of_the_year,
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
    active_months,
    sharing_points,
    term_days,
    basis,
    {{ number_text('te_thirds / 3.0', 1) }} || ' ticket equivalents in ' || cycle || ', '
    || {{ count_text('people_helped', 'person', 'people') }} || ' helped, active in '
    || {{ number_text('active_months') }} || ' of 12 months' as summary
from ranked
