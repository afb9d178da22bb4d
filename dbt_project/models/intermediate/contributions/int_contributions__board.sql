with

requests as (

    select
        requests.request_key,
        requests.member_key,
        requests.submitted_at,
        requests.observed_at,
        requests.source_name,
        requests.source_record_id,
        requests.space_key,
        areas.expertise_area
    from {{ ref('int_requests__staged') }} as requests
    left join {{ ref('int_subject_areas__mapped') }} as areas on requests.request_key = areas.subject_key

)

select
    'feature_request' as kind,
    member_key,
    submitted_at as occurred_at,
    observed_at,
    source_name,
    source_record_id,
    space_key,
    expertise_area,
    cast(1 as bigint) as quantity
from requests
where member_key is not null
union all
select
    'vote' as kind,
    votes.member_key,
    votes.voted_at as occurred_at,
    votes.observed_at,
    votes.source_name,
    votes.source_record_id,
    requests.space_key,
    requests.expertise_area,
    1 as quantity
from {{ ref('int_votes__unioned') }} as votes
left join requests on votes.request_key = requests.request_key
where votes.member_key is not null
union all
select
    'comment' as kind,
    comments.member_key,
    comments.commented_at as occurred_at,
    comments.observed_at,
    comments.source_name,
    comments.source_record_id,
    requests.space_key,
    requests.expertise_area,
    1 as quantity
from {{ ref('int_request_comments__unioned') }} as comments
left join requests on comments.request_key = requests.request_key
where comments.member_key is not null
