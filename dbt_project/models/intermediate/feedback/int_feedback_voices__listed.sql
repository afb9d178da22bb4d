-- A wish is a request that was not merged, of its author, or a vote for one, of its supporter.
with

requests as (

    select
        *,
        coalesce(member_key, source_name || ':' || account_id, 'request:' || request_key) as author_key
    from {{ ref('int_requests__staged') }}
    where stage != 'merged'

),

voices as (

    select * from {{ ref('int_request_voices__rooted') }}

),

wishes as (

    select
        'request' as wish_kind,
        requests.request_key,
        requests.author_key as voice_key,
        requests.submitted_at as voiced_at,
        requests.stage,
        voices.organization_key,
        voices.organization_monthly_revenue_usd,
        coalesce(voices.segment, 'unknown') as segment,
        coalesce(voices.persona, 'unknown') as persona,
        coalesce(voices.is_program_member_then, false) as is_program_member_then,
        coalesce(voices.is_staff_then, false) as is_staff_then
    from requests
    left join voices
        on
            requests.request_key = voices.request_key
            and requests.author_key = voices.voice_key
            and voices.role = 'author'
    union all
    select
        'vote' as wish_kind,
        voices.request_key,
        voices.voice_key,
        voices.voiced_at,
        requests.stage,
        voices.organization_key,
        voices.organization_monthly_revenue_usd,
        voices.segment,
        coalesce(voices.persona, 'unknown') as persona,
        voices.is_program_member_then,
        voices.is_staff_then
    from voices
    inner join requests on voices.request_key = requests.request_key
    where voices.role = 'supporter'

)

select
    wish_kind || ':' || request_key || ':' || voice_key as wish_key,
    wish_kind,
    request_key,
    voice_key,
    voiced_at,
    {{ local_month('voiced_at') }} as month,
    stage,
    organization_key,
    organization_monthly_revenue_usd,
    case when is_staff_then then 'staff' else segment end as segment_group,
    case when is_staff_then then 'staff' else persona end as persona_group,
    case when is_staff_then then 'staff' when is_program_member_then then 'program member' else 'other member' end
        as program_group,
    case when is_staff_then then 'staff' when organization_key is not null then 'known' else 'unknown' end
        as organization_group
from wishes
