-- Thresholds of which two hold on one day: nobody could say by which a space was judged.
with

in_turn as (

    select
        threshold,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        lag(coalesce(valid_to, date '9999-12-31')) over (
            partition by threshold order by coalesce(valid_from, date '0001-01-01'), valid_to
        ) as previous_valid_to
    from {{ ref('space_thresholds') }}

)

select * from in_turn
where valid_from <= previous_valid_to
