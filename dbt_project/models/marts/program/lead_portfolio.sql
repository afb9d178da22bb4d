-- What a lead looks after is what the terms under way say.
with

terms as (

    select
        *,
        lead || ':' || program || ':' || coalesce(expertise_area, '*') || ':' || coalesce(region, '*') as portfolio_key
    from {{ ref('program_membership') }}
    where is_in_term and lead is not null

),

trajectories as (

    select
        member_key,
        max_by(trajectory, month) as trajectory
    from {{ ref('member_trajectory') }}
    group by member_key

),

waiting as (

    select
        member_key,
        count(*) as waiting_items,
        max(days_waiting) as days_waiting
    from {{ ref('program_member_waiting') }}
    where item_kind != 'shipped'
    group by member_key

),

-- A person with two terms of one portfolio is one expert.
members as (

    select
        terms.portfolio_key,
        terms.lead,
        terms.program,
        terms.expertise_area,
        terms.region,
        terms.member_key,
        min(terms.display_name) as display_name,
        min(terms.ends_at) as ends_at,
        bool_or(trajectories.trajectory in ('fading', 'gone')) as is_leaving,
        max(waiting.waiting_items) as waiting_items,
        max(waiting.days_waiting) as days_waiting
    from terms
    left join trajectories on terms.member_key = trajectories.member_key
    left join waiting on terms.member_key = waiting.member_key
    group by terms.portfolio_key, terms.lead, terms.program, terms.expertise_area, terms.region, terms.member_key

),

portfolios as (

    select
        portfolio_key,
        lead,
        program,
        expertise_area,
        region,
        count(*) as members,
        string_agg(display_name, ', ' order by display_name, member_key) as member_names,
        count(*) filter (where is_leaving) as leaving_members,
        string_agg(display_name, ', ' order by display_name, member_key) filter (where is_leaving)
            as leaving_member_names,
        count(*) filter (where ends_at <= {{ add_days(as_of(), 90) }}) as renewals_due,
        coalesce(sum(waiting_items), 0) as waiting_items,
        max(days_waiting) as longest_waiting_days
    from members
    group by portfolio_key, lead, program, expertise_area, region

),

nominees as (

    select
        portfolios.portfolio_key,
        count(*) as nominees
    from portfolios
    inner join {{ ref('program_membership') }} as nominations
        on
            portfolios.program = nominations.program
            and nominations.stage in ('nominated', 'applied')
            and coalesce(portfolios.expertise_area = nominations.expertise_area, true)
            and coalesce(portfolios.region = nominations.region, true)
    group by portfolios.portfolio_key

),

matching_candidates as (

    select
        portfolios.portfolio_key,
        candidates.member_key,
        min(candidates.display_name) as display_name,
        min(candidates.rank_in_area) as rank_in_area,
        max(candidates.te_thirds) as te_thirds
    from portfolios
    inner join {{ ref('award_candidates') }} as candidates
        on
            portfolios.program = candidates.program
            and candidates.cycle = 'current'
            and candidates.is_eligible
            and coalesce(portfolios.expertise_area = candidates.expertise_area, portfolios.expertise_area is null)
            and coalesce(portfolios.region = candidates.region, portfolios.region is null)
    group by portfolios.portfolio_key, candidates.member_key

),

ranked_candidates as (

    select
        *,
        row_number() over (
            partition by portfolio_key order by rank_in_area asc, te_thirds desc, member_key asc
        ) as position
    from matching_candidates

),

candidates as (

    select
        portfolio_key,
        count(*) as candidates,
        string_agg(display_name, ', ' order by position) filter (where position <= 3) as best_candidate_names
    from ranked_candidates
    group by portfolio_key

),

spaces as (

    select
        portfolios.portfolio_key,
        count(*) as spaces,
        count(*) filter (where space_health.is_starved) as starved_spaces,
        coalesce(sum(space_health.recent_unanswered_questions), 0) as unanswered_questions,
        min_by(space_names.name, space_health.effort_rank) as neediest_space
    from portfolios
    inner join {{ ref('int_space_areas__mapped') }} as areas
        on coalesce(portfolios.expertise_area = areas.expertise_area, portfolios.expertise_area is null)
    inner join {{ ref('dim_space') }} as space_names on areas.space_key = space_names.space_key
    left join {{ ref('space_health') }} as space_health on areas.space_key = space_health.space_key
    group by portfolios.portfolio_key

)

select
    portfolios.portfolio_key,
    portfolios.lead,
    portfolios.program,
    portfolios.expertise_area,
    portfolios.region,
    portfolios.members,
    portfolios.member_names,
    portfolios.leaving_members,
    portfolios.leaving_member_names,
    portfolios.renewals_due,
    cast(portfolios.waiting_items as bigint) as waiting_items,
    portfolios.longest_waiting_days,
    coalesce(nominees.nominees, 0) as nominees,
    coalesce(candidates.candidates, 0) as candidates,
    candidates.best_candidate_names,
    coalesce(spaces.spaces, 0) as spaces,
    coalesce(spaces.starved_spaces, 0) as starved_spaces,
    cast(coalesce(spaces.unanswered_questions, 0) as bigint) as unanswered_questions,
    spaces.neediest_space
from portfolios
left join nominees on portfolios.portfolio_key = nominees.portfolio_key
left join candidates on portfolios.portfolio_key = candidates.portfolio_key
left join spaces on portfolios.portfolio_key = spaces.portfolio_key
