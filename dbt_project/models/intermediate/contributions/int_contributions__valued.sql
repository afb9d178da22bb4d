-- Rules are looked up once per day, not once per contribution.
with

contributions as (

    select
        *,
        {{ local_date('occurred_at') }} as local_date
    from {{ ref('int_contributions__unioned') }}

),

member_days as (

    select distinct
        member_key,
        local_date
    from contributions

),

days as (

    select distinct local_date from member_days

),

prices as (

    select
        days.local_date,
        rules.price_usd
    from days
    inner join {{ ref('ticket_prices') }} as rules
        on {{ holds_on('days.local_date', 'rules.valid_from', 'rules.valid_to') }}

),

weights as (

    select
        days.local_date,
        rules.kind,
        rules.weight
    from days
    inner join {{ ref('contribution_weights') }} as rules
        on {{ holds_on('days.local_date', 'rules.valid_from', 'rules.valid_to') }}

),

-- Of a day's votes the first ten earn points.
votes as (

    select
        contribution_key,
        quantity,
        sum(quantity) over (
            partition by member_key, local_date
            order by occurred_at, contribution_key
            rows between unbounded preceding and current row
        ) as quantity_so_far
    from contributions
    where kind = 'vote'

),

earning_votes as (

    select
        contribution_key,
        least(quantity_so_far, 10) - least(quantity_so_far - quantity, 10) as quantity
    from votes

),

staff_roles as (

    select
        contributions.contribution_key,
        bool_or(staff_periods.role = 'bot') as is_bot,
        bool_or(staff_periods.role = 'evangelist') as is_evangelist
    from contributions
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            contributions.member_key = staff_periods.member_key
            and contributions.occurred_at >= staff_periods.starts_at
            and contributions.occurred_at < staff_periods.ends_at
    where contributions.is_staff_at_time
    group by contributions.contribution_key

),

-- Terms begin and end at midnights. Who is in several at once counts for the latest award.
term_days as (

    select
        member_days.member_key,
        member_days.local_date,
        max_by(terms.program, (terms.starts_at, terms.program, terms.tier)) as program,
        max_by(
            coalesce(terms.tier, terms.program), (terms.starts_at, terms.program, terms.tier)
        ) as tier
    from member_days
    inner join {{ ref('int_program_terms__dated') }} as terms
        on
            member_days.member_key = terms.member_key
            and {{ local_midnight('member_days.local_date') }} >= terms.starts_at
            and {{ local_midnight('member_days.local_date') }} < terms.ends_at
    group by member_days.member_key, member_days.local_date

)

select
    contributions.contribution_key,
    contributions.member_key,
    contributions.kind,
    contributions.is_authored,
    contributions.occurred_at,
    contributions.local_date,
    cast(date_trunc('month', contributions.local_date) as date) as month,
    contributions.quantity,
    contributions.is_question,
    contributions.is_answer,
    case
        when staff_roles.is_bot then 'bot'
        when staff_roles.is_evangelist then 'evangelist'
        when contributions.is_staff_at_time then 'staff'
        when term_days.member_key is not null then 'program'
        else 'other'
    end as standing,
    case when not contributions.is_staff_at_time then term_days.program end as program,
    case when not contributions.is_staff_at_time then term_days.tier end as tier,
    cast(
        coalesce(earning_votes.quantity, contributions.quantity) * coalesce(weights.weight, 0) as decimal(18, 3)
    ) as points,
    contributions.te_thirds,
    contributions.te_thirds_low,
    contributions.te_thirds_high,
    cast(contributions.te_thirds * coalesce(prices.price_usd, 0) as decimal(18, 2)) as value_thirds_usd,
    cast(contributions.te_thirds_low * coalesce(prices.price_usd, 0) as decimal(18, 2)) as value_thirds_low_usd,
    cast(contributions.te_thirds_high * coalesce(prices.price_usd, 0) as decimal(18, 2)) as value_thirds_high_usd
from contributions
left join prices on contributions.local_date = prices.local_date
left join weights
    on
        contributions.local_date = weights.local_date
        and contributions.kind = weights.kind
left join earning_votes on contributions.contribution_key = earning_votes.contribution_key
left join staff_roles on contributions.contribution_key = staff_roles.contribution_key
left join term_days
    on
        contributions.member_key = term_days.member_key
        and contributions.local_date = term_days.local_date
