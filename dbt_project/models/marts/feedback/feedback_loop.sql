with

shipped as (

    select * from {{ ref('int_shipped_requests__dated') }}

),

requests as (

    select * from {{ ref('fct_feature_request') }}

),

-- Of a request that shipped nobody knows when, all who vote for it.
voters as (

    select
        shipped.request_key,
        count(*) as voters,
        count(*) filter (where supporters.supported_at <= shipped.told_at) as told_voters
    from shipped
    inner join {{ ref('int_request_supporters__rooted') }} as supporters
        on
            shipped.request_key = supporters.request_key
            and supporters.supported_at <= coalesce(shipped.shipped_at, {{ as_of() }})
    group by shipped.request_key

),

followed as (

    select * from {{ ref('int_shipped_request_voters__followed') }}

),

joined as (

    select
        shipped.*,
        requests.title,
        requests.url,
        requests.segment,
        case when requests.voters is not null then coalesce(voters.voters, 0) end as voters,
        case when shipped.is_told then coalesce(voters.told_voters, 0) end as told_voters,
        followed.voters_active_before,
        followed.voters_active_after,
        followed.others_active_before,
        followed.others_active_after,
        followed.voters_active_after / cast(nullif(followed.voters_active_before, 0) as double) as voters_stayed_ratio,
        followed.others_active_after / cast(nullif(followed.others_active_before, 0) as double) as others_stayed_ratio
    from shipped
    inner join requests on shipped.request_key = requests.request_key
    left join voters on shipped.request_key = voters.request_key
    left join followed on shipped.request_key = followed.request_key

)

select
    request_key,
    source_name,
    title,
    url,
    segment,
    submitted_at,
    shipped_at,
    voters,
    is_told,
    told_at,
    case when told_at is not null then {{ whole_days('shipped_at', 'told_at') }} end as days_to_telling,
    told_voters,
    mail_sent_count,
    voters_active_before,
    voters_active_after,
    voters_stayed_ratio,
    others_active_before,
    others_active_after,
    others_stayed_ratio,
    voters_stayed_ratio - others_stayed_ratio as stayed_difference,
    coalesce({{ add_days('shipped_at', 90) }} <= {{ known_until() }}, false) as is_complete
from joined
