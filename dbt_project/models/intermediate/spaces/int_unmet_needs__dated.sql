-- Every need nobody met, by the month in which it was voiced and by whose it is: an organization, else a person.
with

profiles as (

    select
        member_key,
        coalesce(organization_key, member_key) as account_key,
        is_staff
    from {{ ref('int_member_profiles__merged') }}

),

areas as (

    select * from {{ ref('int_subject_areas__mapped') }}

),

requests as (

    select
        *,
        case
            when stage = 'completed' then reached_completed_at
            when stage = 'declined' then exit_declined_at
            when stage = 'merged' then exit_merged_at
        end as ended_at
    from {{ ref('int_requests__staged') }}

),

voices as (

    select
        request_key,
        source_name,
        member_key,
        account_id,
        submitted_at as voiced_at
    from requests
    union all
    select
        request_key,
        source_name,
        member_key,
        account_id,
        voted_at as voiced_at
    from {{ ref('int_votes__unioned') }}

),

-- A voice for a merged request is one for the request it was merged into.
request_voices as (

    select
        roots.request_key,
        roots.stage in ('completed', 'declined', 'merged') as is_over,
        roots.ended_at,
        voices.source_name,
        voices.member_key,
        voices.account_id,
        {{ local_month('voices.voiced_at') }} as month
    from voices
    inner join requests on voices.request_key = requests.request_key
    inner join requests as roots on requests.root_request_key = roots.request_key

),

needs as (

    select
        'unanswered question' as kind,
        topic_key as subject_key,
        expertise_area,
        {{ local_month('opened_at') }} as month,
        opener_member_key as member_key,
        cast(null as string) as vendor_account_key
    from {{ ref('int_topics__answered') }}
    where is_question and first_reply_at is null and expertise_area is not null
    union all
    select
        'repeat ticket' as kind,
        ticket_key as subject_key,
        expertise_area,
        month,
        member_key,
        source_name || ':' || requester_account_id as vendor_account_key
    from {{ ref('int_repeat_tickets__found') }}
    union all
    -- An end without a date is no need either: nobody knows until when it was one.
    select
        'open request' as kind,
        request_voices.request_key as subject_key,
        areas.expertise_area,
        request_voices.month,
        request_voices.member_key,
        request_voices.source_name || ':' || request_voices.account_id as vendor_account_key
    from request_voices
    inner join areas
        on
            request_voices.request_key = areas.subject_key
            and areas.subject_kind = 'request'
    where
        not request_voices.is_over
        or request_voices.ended_at >= {{ local_midnight(add_months('request_voices.month', 1)) }}

)

select distinct
    needs.kind,
    needs.subject_key,
    needs.expertise_area,
    needs.month,
    coalesce(profiles.account_key, needs.vendor_account_key, needs.subject_key) as account_key
from needs
left join profiles on needs.member_key = profiles.member_key
where not coalesce(profiles.is_staff, false)
