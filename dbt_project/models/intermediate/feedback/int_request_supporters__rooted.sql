-- Who votes for a request, or for one merged into it, supports the request at the end of the merges, once.
with

requests as (

    select * from {{ ref('int_requests__unioned') }}

),

votes as (

    select
        roots.request_key,
        roots.source_name,
        -- A board that does not say who voted still says that somebody did.
        coalesce(votes.member_key, votes.source_name || ':' || votes.account_id, 'vote:' || votes.vote_key) as supporter_key,
        votes.member_key,
        votes.account_id,
        votes.voted_at,
        votes.vote_key
    from {{ ref('int_votes__unioned') }} as votes
    inner join requests on votes.request_key = requests.request_key
    inner join requests as roots on requests.root_request_key = roots.request_key

),

supporters as (

    select
        request_key,
        supporter_key,
        min(source_name) as source_name,
        min(member_key) as member_key,
        min_by(account_id, (voted_at, vote_key)) as account_id,
        min(voted_at) as supported_at
    from votes
    group by request_key, supporter_key

),

in_term as (

    select distinct
        supporters.request_key,
        supporters.supporter_key
    from supporters
    inner join {{ ref('int_program_terms__dated') }} as terms
        on
            supporters.member_key = terms.member_key
            and supporters.supported_at >= terms.starts_at
            and supporters.supported_at < terms.ends_at

),

by_staff as (

    select distinct
        supporters.request_key,
        supporters.supporter_key
    from supporters
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            supporters.member_key = staff_periods.member_key
            and supporters.supported_at >= staff_periods.starts_at
            and supporters.supported_at < staff_periods.ends_at

)

select
    supporters.request_key,
    supporters.source_name,
    supporters.supporter_key,
    supporters.member_key,
    supporters.account_id,
    supporters.supported_at,
    profiles.organization_key,
    coalesce(profiles.segment, 'unknown') as segment,
    profiles.persona,
    in_term.request_key is not null as is_program_member_then,
    by_staff.request_key is not null as is_staff_then
from supporters
left join {{ ref('int_member_profiles__merged') }} as profiles on supporters.member_key = profiles.member_key
left join in_term
    on
        supporters.request_key = in_term.request_key
        and supporters.supporter_key = in_term.supporter_key
left join by_staff
    on
        supporters.request_key = by_staff.request_key
        and supporters.supporter_key = by_staff.supporter_key
