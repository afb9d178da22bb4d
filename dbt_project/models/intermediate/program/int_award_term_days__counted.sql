-- Days in term within each settled calendar year; days in two terms of one program count once.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}
    where window_key like 'year:%'

),

terms as (

    select * from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null

),

clipped as (

    select
        terms.program,
        windows.window_key,
        terms.member_key,
        greatest(terms.starts_at, windows.starts_at) as starts_at,
        least(terms.ends_at, windows.ends_at) as ends_at
    from terms
    inner join windows
        on
            terms.starts_at < windows.ends_at
            and terms.ends_at > windows.starts_at

),

followed as (

    select
        *,
        max(ends_at) over (
            partition by program, window_key, member_key
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from clipped

)

select
    program,
    window_key,
    member_key,
    cast(
        sum(
            greatest(
                round(
                    {{ seconds_between('greatest(starts_at, coalesce(covered_until, starts_at))', 'ends_at') }} / 86400
                ), 0
            )
        ) as integer
    ) as term_days
from followed
group by program, window_key, member_key
