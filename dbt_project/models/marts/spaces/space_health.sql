with

today as (

    select {{ local_date(known_until()) }} as day

),

thresholds as (

    {{ space_thresholds_on('today', [
        'health_days', 'starved_questions', 'starved_unanswered_ratio', 'starved_times_usual', 'thriving_questions',
        'thriving_people', 'thriving_times_usual', 'quiet_posts', 'staff_dependent_replies',
        'staff_dependent_ratio',
    ]) }}

),

counts as (

    select * from {{ ref('int_space_answers__counted') }}

),

curves as (

    select
        space_key,
        min(case when period = 'all' and {{ reaches('1 - waiting_ratio', 0.5) }} then wait_hours end)
            as first_response_median_hours,
        min(case when period = 'all' and {{ reaches('1 - waiting_ratio', 0.9) }} then wait_hours end)
            as first_response_p90_hours,
        min(case when period = 'recent' and {{ reaches('1 - waiting_ratio', 0.5) }} then wait_hours end)
            as recent_first_response_median_hours,
        min(case when period = 'recent' and {{ reaches('1 - waiting_ratio', 0.9) }} then wait_hours end)
            as recent_first_response_p90_hours
    from {{ ref('int_space_response_curves__estimated') }}
    group by space_key

),

seeding as (

    select
        space_key,
        max_by(status, month) as seeding_status,
        max_by(self_sustaining_since_month, month) as self_sustaining_since_month
    from {{ ref('content_seeding_monthly') }}
    group by space_key

),

shares as (

    select
        *,
        recent_unanswered_questions / nullif(cast(recent_questions as double), 0) as recent_unanswered_ratio,
        sum(recent_unanswered_questions) over (partition by source_name) as usual_unanswered_questions,
        nullif(cast(sum(recent_questions) over (partition by source_name) as double), 0) as usual_questions,
        recent_staff_replies_to_others / nullif(cast(recent_replies_to_others as double), 0) as recent_staff_ratio
    from counts

),

limited as (

    select
        shares.*,
        thresholds.*
    from shares
    cross join thresholds

),

-- Compared as counts, so that a share on the limit meets it.
judged as (

    select
        *,
        usual_unanswered_questions / usual_questions as usual_unanswered_ratio,
        case
            when recent_questions > 0
                then
                    recent_unanswered_questions
                    - recent_questions * usual_unanswered_questions / usual_questions
        end as questions_short,
        coalesce(
            recent_questions >= starved_questions
            and recent_unanswered_questions >= starved_unanswered_ratio * recent_questions
            and recent_unanswered_questions * usual_questions
            >= starved_times_usual * usual_unanswered_questions * recent_questions,
            false
        ) as is_starved,
        coalesce(recent_posts <= quiet_posts, false) as is_quiet,
        coalesce(
            recent_replies_to_others >= staff_dependent_replies and recent_staff_ratio > staff_dependent_ratio,
            false
        ) as is_staff_dependent,
        coalesce(
            recent_questions >= thriving_questions
            and recent_people >= thriving_people
            and recent_unanswered_questions * usual_questions
            <= thriving_times_usual * usual_unanswered_questions * recent_questions,
            false
        ) as has_thriving_answers
    from limited

),

ranked as (

    select
        *,
        case
            when recent_questions > 0
                then row_number() over (
                    order by questions_short desc nulls last, recent_unanswered_questions desc, space_key asc
                )
        end as effort_rank
    from judged

)

select
    ranked.space_key,
    ranked.source_name,
    spaces.name,
    areas.expertise_area,
    case
        when ranked.is_quiet then 'quiet'
        when ranked.is_starved then 'starved'
        when ranked.is_staff_dependent then 'staff-dependent'
        when ranked.has_thriving_answers then 'thriving'
        else 'ordinary'
    end as state,
    ranked.is_starved,
    ranked.has_thriving_answers and not ranked.is_staff_dependent and not ranked.is_quiet as is_thriving,
    ranked.is_quiet,
    ranked.is_staff_dependent,
    ranked.effort_rank,
    case
        when ranked.effort_rank is not null
            then
                {{ whole_number('ranked.recent_unanswered_questions') }} || ' of '
                || {{ whole_number('ranked.recent_questions') }} || ' questions of the last '
                || {{ whole_number('ranked.health_days') }} || ' days have no reply by another person ('
                || {{ whole_number('100 * ranked.recent_unanswered_ratio') }} || ' %; usual here: '
                || {{ whole_number('100 * ranked.usual_unanswered_ratio') }} || ' %). '
                || coalesce(
                    'Half are answered within '
                    || {{ whole_number('ceil(curves.recent_first_response_median_hours)') }} || ' hours. ',
                    'Fewer than half are ever answered. '
                )
                || 'Experts who replied here: ' || {{ whole_number('ranked.experts') }} || '.'
    end as effort_reason,
    ranked.questions_short,
    ranked.topics,
    ranked.questions,
    ranked.unanswered_questions,
    ranked.unanswered_questions / nullif(cast(ranked.questions as double), 0) as unanswered_ratio,
    ranked.unanswered_topics,
    curves.first_response_median_hours,
    curves.first_response_p90_hours,
    ranked.solved_questions / nullif(cast(ranked.solvable_questions as double), 0) as resolution_ratio,
    ranked.staff_replies_to_others / nullif(cast(ranked.replies_to_others as double), 0) as staff_ratio,
    ranked.experts,
    ranked.recent_posts,
    ranked.recent_people,
    ranked.recent_questions,
    ranked.recent_unanswered_questions,
    ranked.recent_unanswered_ratio,
    ranked.earlier_unanswered_questions / nullif(cast(ranked.earlier_questions as double), 0)
        as earlier_unanswered_ratio,
    ranked.usual_unanswered_ratio,
    curves.recent_first_response_median_hours,
    curves.recent_first_response_p90_hours,
    ranked.recent_solved_questions / nullif(cast(ranked.recent_solvable_questions as double), 0)
        as recent_resolution_ratio,
    ranked.recent_staff_ratio,
    seeding.seeding_status,
    seeding.self_sustaining_since_month
from ranked
inner join {{ ref('int_spaces__unioned') }} as spaces on ranked.space_key = spaces.space_key
left join {{ ref('int_space_areas__mapped') }} as areas on ranked.space_key = areas.space_key
left join curves on ranked.space_key = curves.space_key
left join seeding on ranked.space_key = seeding.space_key
