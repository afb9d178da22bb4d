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

),

told as (

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

),

-- What a community has no source of is empty in every mart: say so, once there is any source.
kinds as (

    select
        'discourse' as vendor,
        'forum' as kind,
        'questions, answers and the marts made of them' as lacking
    union all
    select
        'uservoice' as vendor,
        'feature-request board' as kind,
        'requests, votes and the feedback marts' as lacking
    union all
    select
        'zendesk' as vendor,
        'support desk' as kind,
        'tickets, bug reports and the support marts' as lacking

),

configured as (

    select count(*) as source_count
    from sources

),

absent as (

    select kinds.*
    from kinds
    cross join configured
    left join sources on kinds.vendor = sources.vendor or kinds.vendor = sources.source_name
    where sources.source_name is null and configured.source_count > 0

)

select
    told.*,
    case told.status
        when 'ok' then 'Loaded in time.'
        when 'stale' then 'Others were loaded since, this one was not for longer than allowed: did its last run fail?'
        when 'never' then 'Configured in sources.toml, but not loaded yet: its figures are empty.'
        when 'retired' then 'No longer configured in sources.toml: its data stay as they were.'
    end as explanation
from told
union all
select
    vendor as source_name,
    vendor,
    'absent' as status,
    cast(null as timestamptz) as last_load_at,
    cast(null as timestamptz) as data_until,
    cast(null as double) as stale_after_hours,
    cast(null as timestamptz) as stale_after_at,
    0 as stream_count,
    cast(null as string) as slowest_stream,
    cast(null as timestamptz) as slowest_stream_load_at,
    0 as rejected_value_count,
    cast(null as timestamptz) as configured_at,
    cast(null as timestamptz) as retired_at,
    'No ' || kind || ' is configured in sources.toml, so ' || lacking || ' are empty.' as explanation
from absent
