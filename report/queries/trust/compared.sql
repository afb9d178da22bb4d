-- What the weekly comparison with the vendors found, at its last two times for each kind of record.
with runs as (
    select
        *,
        row_number() over (partition by source_name, stream order by loaded_at desc, load_id desc) as age
    from pipeline_runs
    where lane = 'reconcile'
)

select
    source_name,
    replace(stream, '_', ' ') as stream,
    loaded_at,
    deleted_count,
    inserted_count,
    updated_count
from runs
where age <= 2
order by loaded_at desc, source_name, stream
