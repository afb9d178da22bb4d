-- Who wrote or votes for a request, or one merged into it, stands behind the request at the end of the merges.
with

requests as (

    select * from {{ ref('int_requests__unioned') }}

),

voices as (

    select
        roots.request_key,
        roots.source_name,
        'supporter' as role,
        -- A board that does not say who voted still says that somebody did.
        coalesce(
            votes.member_key, votes.source_name || ':' || votes.account_id, 'vote:' || votes.vote_key
        ) as voice_key,
        votes.member_key,
        votes.account_id,
        votes.voted_at as voiced_at,
        votes.vote_key as record_key
    from {{ ref('int_votes__unioned') }} as votes
    inner join requests on votes.request_key = requests.request_key
    inner join requests as roots on requests.root_request_key = roots.request_key
    union all
    select
        roots.request_key,
        roots.source_name,
        'author' as role,
        coalesce(
            requests.member_key,
            requests.source_name || ':' || requests.account_id,
            'request:' || requests.request_key
        ) as voice_key,
        requests.member_key,
        requests.account_id,
        requests.submitted_at as voiced_at,
        requests.request_key as record_key
    from requests
    inner join requests as roots on requests.root_request_key = roots.request_key

),

people as (

    select
        request_key,
        role,
        voice_key,
        min(source_name) as source_name,
        min(member_key) as member_key,
        min_by(account_id, (voiced_at, record_key)) as account_id,
        min(voiced_at) as voiced_at
    from voices
    group by request_key, role, voice_key

),

in_term as (

    select distinct
        people.request_key,
        people.role,
        people.voice_key
    from people
    inner join {{ ref('int_program_terms__dated') }} as terms
        on
            people.member_key = terms.member_key
            and people.voiced_at >= terms.starts_at
            and people.voiced_at < terms.ends_at

),

by_staff as (

    select distinct
        people.request_key,
        people.role,
        people.voice_key
    from people
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            people.member_key = staff_periods.member_key
            and people.voiced_at >= staff_periods.starts_at
            and people.voiced_at < staff_periods.ends_at

)

select
    people.request_key,
    people.role,
    people.voice_key,
    people.source_name,
    people.member_key,
    people.account_id,
    people.voiced_at,
    profiles.organization_key,
    organizations.monthly_revenue_usd as organization_monthly_revenue_usd,
    coalesce(profiles.segment, 'unknown') as segment,
    profiles.persona,
    in_term.request_key is not null as is_program_member_then,
    by_staff.request_key is not null as is_staff_then
from people
left join {{ ref('int_member_profiles__merged') }} as profiles on people.member_key = profiles.member_key
left join {{ ref('int_organizations__merged') }} as organizations
    on profiles.organization_key = organizations.organization_key
left join in_term
    on
        people.request_key = in_term.request_key
        and people.role = in_term.role
        and people.voice_key = in_term.voice_key
left join by_staff
    on
        people.request_key = by_staff.request_key
        and people.role = by_staff.role
        and people.voice_key = by_staff.voice_key
