with

told as (

    select * from {{ ref('stg_zendesk__counts') }}
    where not is_deleted

),

held as (

    select
        source_name,
        'tickets' as stream,
        count(*) as our_count
    from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'users' as stream,
        count(*) as our_count
    from {{ ref('stg_zendesk__users') }}
    where not is_deleted and coalesce(is_active, true)
    group by source_name
    union all
    select
        source_name,
        'organizations' as stream,
        count(*) as our_count
    from {{ ref('stg_zendesk__organizations') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'satisfaction_ratings' as stream,
        count(*) as our_count
    from {{ ref('stg_zendesk__satisfaction_ratings') }}
    where not is_deleted
    group by source_name

)

select
    told.source_name,
    'zendesk' as vendor,
    told.stream,
    told.vendor_count,
    coalesce(held.our_count, 0) as our_count,
    cast(0.95 as double) as least_ratio,
    -- Counts above 100,000 are up to a day old, and those of tickets may leave out archived ones.
    false as is_exact,
    'the desk''s approximate count' as counted_by,
    told.extracted_at as counted_at
from told
left join held on told.source_name = held.source_name and told.stream = held.stream
