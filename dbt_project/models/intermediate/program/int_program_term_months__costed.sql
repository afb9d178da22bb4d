with

terms as (

    select
        term_key,
        program,
        coalesce(tier, 'none') as tier,
        member_key,
        {{ local_date('starts_at') }} as first_day,
        {{ local_date('least(ends_at, ' ~ as_of() ~ ')') }} as day_after
    from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null and ends_at > starts_at

),

-- Who holds two terms of a tier at once gets its licence once.
in_turn as (

    select
        *,
        greatest(
            first_day,
            coalesce(
                max(day_after) over (
                    partition by program, tier, member_key
                    order by first_day, term_key
                    rows between unbounded preceding and 1 preceding
                ),
                first_day
            )
        ) as paid_from
    from terms

),

term_months as (

    select
        in_turn.*,
        months.month,
        greatest(in_turn.first_day, months.month) as month_first_day,
        greatest(in_turn.paid_from, months.month) as month_paid_from,
        least(in_turn.day_after, {{ add_months('months.month', 1) }}) as month_day_after
    from in_turn
    {{ months_from_to(
        "cast(date_trunc('month', in_turn.first_day) as date)", add_days('in_turn.day_after', -1), 'months'
    ) }}

),

rules as (

    select
        program,
        tier,
        benefit,
        per,
        cast(cost_usd as double) as cost_usd,
        coalesce(valid_from, date '0001-01-01') as first_day,
        coalesce({{ add_days('valid_to', 1) }}, date '9999-12-31') as day_after
    from {{ ref('benefits') }}

),

costs as (

    select
        term_months.term_key,
        term_months.month,
        sum(
            case
                when rules.per = 'term'
                    then
                        case
                            when
                                date_trunc('month', term_months.first_day) = term_months.month
                                and term_months.first_day >= rules.first_day
                                and term_months.first_day < rules.day_after
                                then rules.cost_usd
                            else 0
                        end
                else
                    rules.cost_usd * greatest(
                        {{ days_between(
                            'greatest(term_months.month_paid_from, rules.first_day)',
                            'least(term_months.month_day_after, rules.day_after)'
                        ) }},
                        0
                    ) / cast(
                        case
                            when rules.per = 'month'
                                then {{ days_between('term_months.month', add_months('term_months.month', 1)) }}
                            else {{ days_between(
                                "cast(date_trunc('year', term_months.month) as date)",
                                add_months("cast(date_trunc('year', term_months.month) as date)", 12)
                            ) }}
                        end as double
                    )
            end
        ) as cost_usd
    from term_months
    inner join rules
        on
            term_months.program = rules.program
            and rules.tier in (term_months.tier, '*')
    group by term_months.term_key, term_months.month

),

-- Without any row nobody knows what a program costs.
costed_programs as (

    select distinct program
    from rules

)

select
    term_months.term_key,
    term_months.program,
    term_months.tier,
    term_months.member_key,
    term_months.month,
    {{ days_between('term_months.month_first_day', 'term_months.month_day_after') }} as days_in_term,
    case when costed_programs.program is not null then coalesce(costs.cost_usd, 0) end as cost_usd
from term_months
left join costs on term_months.term_key = costs.term_key and term_months.month = costs.month
left join costed_programs on term_months.program = costed_programs.program
