with

told as (

    select * from {{ ref('stg_uservoice__counts') }}
    where not is_deleted

),

held as (

    select
        source_name,
        'forums' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__forums') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'statuses' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__statuses') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'categories' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__categories') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'labels' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__labels') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'users' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__users') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'suggestions' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__suggestions') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'supporters' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__supporters') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'comments' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__comments') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'status_updates' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__status_updates') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'nps_ratings' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__nps_ratings') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'external_accounts' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__external_accounts') }}
    where not is_deleted
    group by source_name
    union all
    select
        source_name,
        'external_users' as stream,
        count(*) as our_count
    from {{ ref('stg_uservoice__external_users') }}
    where not is_deleted
    group by source_name

)

select
    told.source_name,
    'uservoice' as vendor,
    told.stream,
    told.vendor_count,
    coalesce(held.our_count, 0) as our_count,
    cast(0.99 as double) as least_ratio,
    true as is_exact,
    'the total of its list' as counted_by,
    told.extracted_at as counted_at
from told
left join held on told.source_name = held.source_name and told.stream = held.stream
