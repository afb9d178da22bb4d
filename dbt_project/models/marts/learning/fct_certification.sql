with

certificates as (

    select * from {{ ref('int_certificates__merged') }}

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
    certificates.certification_number,
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
