select
    spaces.space_key,
    spaces.source_name,
    spaces.source_record_id,
    spaces.name,
    spaces.kind,
    spaces.parent_space_key,
    nullif(spaces.description, '') as description,
    areas.expertise_area,
    spaces.is_support,
    spaces.is_private,
    launches.launched_at,
    launches.launch_is_observed,
    launches.last_post_at,
    spaces.is_deleted
from {{ ref('int_spaces__unioned') }} as spaces
left join {{ ref('int_space_areas__mapped') }} as areas on spaces.space_key = areas.space_key
left join {{ ref('int_space_launches__dated') }} as launches on spaces.space_key = launches.space_key
