-- What people gave beside posts and requests: bug reports at the desk, and facts that the seeds tell.
with

activities as (

    select * from {{ ref('int_declared_activities__dated') }}

),

certificates as (

    select * from {{ ref('int_certificates__merged') }}

)

select
    'bug_report' as kind,
    member_key,
    reported_at as occurred_at,
    observed_at,
    source_name,
    source_record_id,
    space_key,
    expertise_area,
    cast(1 as bigint) as quantity
from {{ ref('int_bug_reports__mapped') }}
where member_key is not null
union all
select
    contribution_kind as kind,
    member_key,
    occurred_at,
    occurred_at as observed_at,
    source_name,
    activity_id as source_record_id,
    cast(null as string) as space_key,
    expertise_area,
    1 as quantity
from activities
union all
select
    'article_rating' as kind,
    member_key,
    occurred_at,
    occurred_at as observed_at,
    source_name,
    activity_id as source_record_id,
    cast(null as string) as space_key,
    expertise_area,
    ratings as quantity
from activities
where contribution_kind = 'article' and ratings > 0
union all
select
    'certification' as kind,
    member_key,
    certified_at as occurred_at,
    certified_at as observed_at,
    source_name,
    first_step_key as source_record_id,
    cast(null as string) as space_key,
    cast(null as string) as expertise_area,
    1 as quantity
from certificates
