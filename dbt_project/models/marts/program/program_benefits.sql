with

term_months as (

    select * from {{ ref('int_program_term_months__costed') }}

),

terms as (

    select
        program,
        coalesce(tier, 'none') as tier,
        member_key,
        starts_at,
        ends_at
    from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null and ends_at > starts_at

),

-- What somebody gave while in several terms of one tier counts once.
help as (

    select distinct
        terms.program,
        terms.tier,
        contributions.contribution_key,
        {{ local_month('contributions.occurred_at') }} as month,
        contributions.te_thirds,
        contributions.te_thirds_low,
        contributions.te_thirds_high,
        coalesce(cast(prices.price_usd as double), 0) as price_usd
    from {{ ref('fct_contribution') }} as contributions
    inner join terms
        on
            contributions.member_key = terms.member_key
            and contributions.occurred_at >= terms.starts_at
            and contributions.occurred_at < terms.ends_at
    left join {{ ref('ticket_prices') }} as prices
        on {{ holds_on(local_date('contributions.occurred_at'), 'prices.valid_from', 'prices.valid_to') }}
    where contributions.te_thirds_high > 0

),

tiered as (

    select
        program,
        tier,
        month,
        member_key,
        cost_usd
    from term_months
    union all
    select
        program,
        'all' as tier,
        month,
        member_key,
        cost_usd
    from term_months

),

spent as (

    select
        program,
        tier,
        month,
        count(distinct member_key) as members,
        sum(cost_usd) as cost_usd
    from tiered
    group by program, tier, month

),

all_help as (

    select * from help
    union all
    select distinct
        program,
        'all' as tier,
        contribution_key,
        month,
        te_thirds,
        te_thirds_low,
        te_thirds_high,
        price_usd
    from help

),

earned as (

    select
        program,
        tier,
        month,
        sum(te_thirds) as te_thirds,
        sum(te_thirds * price_usd) / 3 as value_usd,
        sum(te_thirds_low * price_usd) / 3 as value_low_usd,
        sum(te_thirds_high * price_usd) / 3 as value_high_usd
    from all_help
    group by program, tier, month

)

select
    spent.program,
    spent.tier,
    spent.month,
    spent.members,
    spent.cost_usd,
    coalesce(earned.te_thirds, 0) / 3.0 as ticket_equivalents,
    coalesce(earned.value_usd, 0) as value_usd,
    coalesce(earned.value_low_usd, 0) as value_low_usd,
    coalesce(earned.value_high_usd, 0) as value_high_usd,
    coalesce(earned.value_usd, 0) - spent.cost_usd as surplus_usd,
    coalesce(earned.value_usd, 0) / nullif(spent.cost_usd, 0) as value_per_cost_ratio,
    {{ is_month_complete('spent.month') }} as is_complete
from spent
left join earned
    on
        spent.program = earned.program
        and spent.tier = earned.tier
        and spent.month = earned.month
