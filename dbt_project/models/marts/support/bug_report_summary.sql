with

reports as (

    select
        *,
        {{ local_month('reported_at') }} as month,
        first_solved_at is not null as is_solved,
        coalesce(solution_days, waiting_days) as days
    from {{ ref('fct_bug_report') }}

),

expectations as (

    select
        *,
        'all' as expectation
    from reports
    union all
    select
        *,
        coalesce(expected, 'not told') as expectation
    from reports

),

periods as (

    select
        *,
        'month' as period_kind,
        month as period_month
    from expectations
    union all
    select
        *,
        'all' as period_kind,
        cast(null as date) as period_month
    from expectations

),

counts as (

    select
        period_kind,
        period_month,
        expectation,
        count(*) as reports,
        count(distinct member_key) as reporters,
        count(*) filter (where match = 'met') as met_reports,
        count(*) filter (where match = 'not met') as not_met_reports,
        count(*) filter (where match = 'open') as open_reports,
        count(*) filter (where is_confirmed) as confirmed_reports,
        count(*) filter (where not is_solved) as unsolved_reports
    from periods
    group by period_kind, period_month, expectation

),

curves as (

    {{ survival_curve('periods', ['period_kind', 'period_month', 'expectation'], 'days', 'is_solved') }}

),

quantiles as (

    select
        period_kind,
        period_month,
        expectation,
        {{ duration_reaching(0.5, '1 - survival_ratio', 'days') }} as solution_median_days,
        {{ duration_reaching(0.9, '1 - survival_ratio', 'days') }} as solution_p90_days
    from curves
    group by period_kind, period_month, expectation

)

select
    counts.period_kind || '|' || coalesce(cast(counts.period_month as string), '') || '|' || counts.expectation
        as summary_key,
    counts.period_kind,
    counts.period_month as month,
    counts.expectation as expected,
    counts.reports,
    counts.reporters,
    counts.met_reports,
    counts.not_met_reports,
    counts.open_reports,
    counts.reports - counts.met_reports - counts.not_met_reports - counts.open_reports as untold_reports,
    counts.confirmed_reports,
    counts.unsolved_reports,
    counts.met_reports / nullif(cast(counts.met_reports + counts.not_met_reports as double), 0) as met_share,
    quantiles.solution_median_days,
    quantiles.solution_p90_days,
    case when counts.period_month is not null then {{ is_month_complete('counts.period_month') }} end as is_complete
from counts
inner join quantiles
    on
        counts.period_kind = quantiles.period_kind
        and counts.expectation = quantiles.expectation
        and counts.period_month is not distinct from quantiles.period_month
