select
    request_key,
    source_name,
    voice_key as supporter_key,
    member_key,
    account_id,
    voiced_at as supported_at,
    organization_key,
    segment,
    persona,
    is_program_member_then,
    is_staff_then
from {{ ref('int_request_voices__rooted') }}
where role = 'supporter'
