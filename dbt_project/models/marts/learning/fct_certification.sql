-- One certificate may be told twice, by a badge and by the learning system, some days apart: steps less than 31 days
-- after the one before are the same certificate.
with

steps as (

    select
        *,
        lag(occurred_at) over (partition by member_key, course order by occurred_at, step_key) as previous_occurred_at
    from {{ ref('int_certifications__unioned') }}
    where event = 'certified'

),

numbered as (

    select
        *,
        sum(
            case
                when previous_occurred_at is null or occurred_at >= {{ add_days('previous_occurred_at', 31) }} then 1
                else 0
            end
        ) over (partition by member_key, course order by occurred_at, step_key) as certification_number
    from steps

),

certificates as (

    select
        member_key,
        course,
        certification_number,
        min(occurred_at) as certified_at,
        max(expires_at) as expires_at,
        bool_or(basis = 'badge') as has_badge,
        bool_or(basis = 'declared') as is_declared
    from numbered
    group by member_key, course, certification_number

),

by_staff as (

    select distinct
        certificates.member_key,
        certificates.course,
        certificates.certification_number
    from certificates
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            certificates.member_key = staff_periods.member_key
            and certificates.certified_at >= staff_periods.starts_at
            and certificates.certified_at < staff_periods.ends_at

)

select
    certificates.course || ':' || certificates.member_key || ':' || cast(certificates.certification_number as string)
        as certification_key,
    certificates.member_key,
    certificates.course,
    cast(certificates.certification_number as integer) as certification_number,
    certificates.certified_at,
    certificates.expires_at,
    coalesce(certificates.expires_at >= {{ as_of() }}, true) as is_valid,
    case
        when certificates.has_badge and certificates.is_declared then 'badge and declared'
        when certificates.has_badge then 'badge'
        else 'declared'
    end as basis,
    by_staff.member_key is not null as is_staff_at_time
from certificates
left join by_staff
    on
        certificates.member_key = by_staff.member_key
        and certificates.course = by_staff.course
        and certificates.certification_number = by_staff.certification_number
