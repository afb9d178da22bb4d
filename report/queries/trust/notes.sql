-- What the last extraction of each stream could not see.
with latest as (
    select *
    from pipeline_runs
    qualify row_number() over (partition by source_name, stream, lane order by load_id desc) = 1
)

select source_name, stream, loaded_at, unnest(from_json(notes, '["varchar"]')) as note
from latest
where json_array_length(notes) > 0
order by source_name, stream, note
