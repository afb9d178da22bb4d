select
    contribution_key,
    member_key,
    kind,
    occurred_at,
    observed_at,
    source_name,
    source_record_id,
    space_key,
    -- Areas of expertise are not mapped yet.
    cast(null as string) as expertise_area,
    quantity,
    is_staff_at_time,
    is_question,
    is_answer,
    te_thirds,
    te_thirds_low,
    te_thirds_high
from {{ ref('int_contributions__unioned') }}
