select
    space_key,
    source_name,
    source_record_id,
    name,
    kind,
    parent_space_key,
    description,
    is_support,
    is_private,
    is_deleted
from {{ ref('int_spaces__unioned') }}
