with

reports as (

    select
        *,
        first_solved_at is not null as is_solved,
        coalesce(solution_days, waiting_days) as days
    from {{ ref('fct_bug_report') }}
    where member_key is not null

),

counts as (

    select
        member_key,
        count(*) as reports,
        count(*) filter (where match = 'met') as met_reports,
        count(*) filter (where match = 'not met') as not_met_reports,
        count(*) filter (where match = 'open') as open_reports,
        count(*) filter (where is_confirmed) as confirmed_reports,
        count(*) filter (where expected = 'confirm the bug' and match in ('met', 'not met')) as judged_bugs,
        count(*) filter (where expected = 'confirm the bug' and is_confirmed) as confirmed_bugs,
        count(*) filter (where is_program_member_then) as reports_in_program,
        min(reported_at) as first_reported_at,
        max(reported_at) as last_reported_at,
        max(waiting_days) as longest_waiting_days
    from reports
    group by member_key

),

curves as (

    {{ survival_curve('reports', ['member_key'], 'days', 'is_solved') }}

),

medians as (

    select
        member_key,
        {{ duration_reaching(0.5, '1 - survival_ratio', 'days') }} as solution_median_days
    from curves
    group by member_key

),

help as (

    select
        member_key,
        sum(te_thirds) as te_thirds
    from {{ ref('int_contributions__valued') }}
    group by member_key

),

people as (

    select
        counts.*,
        medians.solution_median_days,
        profiles.display_name,
        profiles.is_staff,
        coalesce(help.te_thirds, 0) as te_thirds
    from counts
    inner join medians on counts.member_key = medians.member_key
    inner join {{ ref('int_member_profiles__merged') }} as profiles on counts.member_key = profiles.member_key
    left join help on counts.member_key = help.member_key

)

select
    member_key,
    display_name,
    is_staff,
    case
        when not is_staff
            then row_number() over (
                partition by is_staff order by met_reports desc, te_thirds desc, member_key asc
            )
    end as yield_rank,
    reports,
    met_reports,
    not_met_reports,
    open_reports,
    reports - met_reports - not_met_reports - open_reports as untold_reports,
    confirmed_reports,
    met_reports / nullif(cast(met_reports + not_met_reports as double), 0) as met_share,
    confirmed_bugs / nullif(cast(judged_bugs as double), 0) as confirmed_share,
    reports_in_program,
    solution_median_days,
    longest_waiting_days,
    first_reported_at,
    last_reported_at
from people
