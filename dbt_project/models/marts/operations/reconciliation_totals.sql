with

desk as (

    select
        source_name,
        'tickets' as measure,
        count(*) as raw_value
    from {{ ref('stg_zendesk__tickets') }}
    where created_at <= {{ as_of() }}
    group by source_name

),

totals as (

    select * from {{ ref('int_forum_totals__counted') }}
    union all
    select * from {{ ref('int_board_totals__counted') }}
    union all
    select * from desk

)

select
    source_name,
    measure,
    cast(raw_value as bigint) as raw_value
from totals
