with

sources as (

    select * from {{ ref('stg_operations__sources') }}

),

stream_loads as (

    select
        source_name,
        stream,
        max(loaded_at) as loaded_at,
        max(extracted_until) as extracted_until
    from {{ ref('stg_operations__loads') }}
    group by source_name, stream

),

source_loads as (

    select
        source_name,
        count(*) as stream_count,
        max(loaded_at) as last_load_at,
        max(extracted_until) as data_until,
        min(loaded_at) as slowest_stream_load_at,
        min_by(stream, (loaded_at, stream)) as slowest_stream
    from stream_loads
    group by source_name

),

-- The newest load of any source is when the pipeline last ran: nothing here asks the clock.
last_run as (

    select max(loaded_at) as loaded_at
    from stream_loads

),

rejected as (

    select
        source_name,
        count(*) as rejected_values
    from {{ ref('stg_operations__rejected_values') }}
    group by source_name

)

select
    sources.source_name,
    sources.vendor,
    case
        when sources.is_retired then 'retired'
        when source_loads.last_load_at is null then 'never'
        when {{ hours_between('source_loads.last_load_at', 'last_run.loaded_at') }} > sources.stale_after_hours
            then 'stale'
        else 'ok'
    end as status,
    source_loads.last_load_at,
    source_loads.data_until,
    cast(sources.stale_after_hours as double) as stale_after_hours,
    source_loads.last_load_at + to_seconds(sources.stale_after_hours * 3600) as stale_after_at,
    coalesce(source_loads.stream_count, 0) as stream_count,
    source_loads.slowest_stream,
    source_loads.slowest_stream_load_at,
    coalesce(rejected.rejected_values, 0) as rejected_value_count,
    sources.configured_at,
    sources.retired_at
from sources
left join source_loads on sources.source_name = source_loads.source_name
left join rejected on sources.source_name = rejected.source_name
cross join last_run
