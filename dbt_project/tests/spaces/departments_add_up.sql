-- Spaces and months in which the departments wrote more or less than staff did.
with

departments as (

    select
        space_key,
        month,
        sum(topics) as topics,
        sum(replies_to_others) as replies_to_others
    from {{ ref('content_seeding_departments') }}
    group by space_key, month

)

select
    staff.space_key,
    staff.month
from {{ ref('content_seeding_monthly') }} as staff
left join departments
    on
        staff.space_key = departments.space_key
        and staff.month = departments.month
where
    staff.staff_topics != coalesce(departments.topics, 0)
    or staff.staff_replies_to_others != coalesce(departments.replies_to_others, 0)
