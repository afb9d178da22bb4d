with

turning_points as (

    select * from {{ ref('int_turning_points__dated') }}
    where is_complete

),

windows as (

    select
        *,
        coalesce(expertise_area, '') as area_group,
        ln(1 + authored_12_to_7) as log_12_to_7,
        ln(1 + authored_6_to_1) as log_6_to_1
    from {{ ref('int_turning_windows__measured') }}
    where not is_staff

),

first_turns as (

    select
        kind,
        member_key,
        min(turned_month) as turned_month
    from {{ ref('int_turning_points__dated') }}
    group by kind, member_key

),

turning_months as (

    select distinct
        kind,
        month
    from turning_points

),

candidates as (

    select
        turning_months.kind,
        windows.*,
        row_number() over (
            partition by
                turning_months.kind,
                windows.month,
                windows.area_group,
                windows.tenure_months,
                windows.authored_12_to_7,
                windows.authored_6_to_1
            order by windows.member_key
        ) as place_among_alike
    from windows
    inner join turning_months on windows.month = turning_months.month
    left join first_turns
        on
            turning_months.kind = first_turns.kind
            and windows.member_key = first_turns.member_key
    where
        first_turns.turned_month is null
        or first_turns.turned_month > {{ add_months('windows.month', 6) }}

),

-- Of people who are alike in all that matching looks at, no more than the first four can be chosen: three, and oneself.
pairs as (

    select
        turning_points.turning_key,
        turning_points.kind,
        turning_points.subject,
        turning_points.member_key,
        turning_points.is_placebo,
        turning_points.is_first_of_kind,
        turning_points.month,
        turned.authored_after,
        turned.te_thirds_before,
        turned.te_thirds_after,
        turned.authored_6_to_1,
        candidates.member_key as peer_member_key,
        candidates.authored_6_to_1 as peer_authored_6_to_1,
        candidates.authored_after as peer_authored_after,
        candidates.te_thirds_before as peer_te_thirds_before,
        candidates.te_thirds_after as peer_te_thirds_after,
        abs(candidates.tenure_months - turned.tenure_months) as tenure_difference_months,
        -- Logarithms carry rounding noise in the 16th digit; what is equal but for it is equal.
        round(
            (
                abs(candidates.log_12_to_7 - turned.log_12_to_7)
                + abs(candidates.log_6_to_1 - turned.log_6_to_1)
            ) / 2,
            9
        ) as distance
    from turning_points
    inner join windows as turned
        on
            turning_points.member_key = turned.member_key
            and turning_points.month = turned.month
    inner join candidates
        on
            turning_points.kind = candidates.kind
            and turned.month = candidates.month
            and turned.area_group = candidates.area_group
            and turned.tenure_band = candidates.tenure_band
            and turned.member_key != candidates.member_key
            and candidates.place_among_alike <= 4

),

ranked as (

    select
        *,
        row_number() over (
            partition by turning_key
            order by distance, tenure_difference_months, peer_member_key
        ) as peer_rank
    from pairs
    where distance <= 0.25

)

select
    turning_key,
    kind,
    subject,
    member_key,
    is_placebo,
    is_first_of_kind,
    month,
    cast(peer_rank as integer) as peer_rank,
    peer_member_key,
    distance,
    tenure_difference_months,
    authored_6_to_1,
    authored_after,
    te_thirds_before,
    te_thirds_after,
    peer_authored_6_to_1,
    peer_authored_after,
    peer_te_thirds_before,
    peer_te_thirds_after
from ranked
where peer_rank <= 3
