-- Weights, prices or costs of which two hold on one day: points, scores or money would count twice.
with

rules as (

    select
        'contribution_weights: ' || kind as rule,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('contribution_weights') }}
    union all
    select
        'ticket_prices' as rule,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('ticket_prices') }}
    union all
    select
        'award_weights: ' || part as rule,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('award_weights') }}
    union all
    select
        'benefits: ' || program || ', ' || tier || ', ' || benefit as rule,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('benefits') }}

),

in_turn as (

    select
        *,
        lag(valid_to) over (partition by rule order by valid_from, valid_to) as previous_valid_to
    from rules

)

select * from in_turn
where valid_from <= previous_valid_to
