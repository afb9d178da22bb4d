with

supporters as (

    select * from {{ ref('stg_uservoice__supporters') }}
    where created_at <= {{ as_of() }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

-- What stands under a request that nobody can see is not seen either.
withheld_requests as (

    select
        source_name,
        suggestion_id
    from {{ ref('stg_uservoice__suggestions') }}
    where is_deleted or {{ is_withheld('state') }}

),

first_seen as (

    select
        source_name,
        supporter_id,
        min(observed_at) as observed_at,
        -- Taken back only after as_of: still a vote then.
        coalesce(min(case when field = 'is_deleted' and value = 'true' then observed_at end) > {{ as_of() }}, false)
            as is_taken_back_later
    from {{ ref('stg_uservoice__supporter_history') }}
    group by source_name, supporter_id

)

select
    supporters.source_name || ':' || supporters.supporter_id as vote_key,
    supporters.source_name,
    supporters.supporter_id as source_record_id,
    supporters.source_name || ':' || supporters.suggestion_id as request_key,
    supporters.account_id,
    members.member_key,
    supporters.created_at as voted_at,
    coalesce(first_seen.observed_at, supporters.extracted_at) as observed_at
from supporters
left join members
    on
        supporters.source_name = members.source_name
        and supporters.account_id = members.account_id
left join first_seen
    on
        supporters.source_name = first_seen.source_name
        and supporters.supporter_id = first_seen.supporter_id
left join withheld_requests
    on
        supporters.source_name = withheld_requests.source_name
        and supporters.suggestion_id = withheld_requests.suggestion_id
where
    (not supporters.is_deleted or coalesce(first_seen.is_taken_back_later, false))
    and withheld_requests.suggestion_id is null
