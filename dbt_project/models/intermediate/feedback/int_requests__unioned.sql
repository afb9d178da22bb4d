with recursive

suggestions as (

    select * from {{ ref('stg_uservoice__suggestions') }}
    where created_at <= {{ as_of() }} and not is_deleted and not {{ is_withheld('state') }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

history as (

    select
        source_name,
        suggestion_id,
        min(observed_at) as observed_at,
        min(case when field = 'parent_suggestion_id' and value is not null then observed_at end) as merge_observed_at,
        max_by(
            case when field = 'vote_count' then try_cast(value as bigint) end,
            case when field = 'vote_count' and observed_at <= {{ as_of() }} then (observed_at, load_id) end
        ) as votes_then
    from {{ ref('stg_uservoice__suggestion_history') }}
    group by source_name, suggestion_id

),

supporters as (

    select
        request_key,
        count(*) as supporters
    from {{ ref('int_votes__unioned') }}
    group by request_key

),

joined as (

    select
        suggestions.source_name || ':' || suggestions.suggestion_id as request_key,
        suggestions.source_name,
        suggestions.suggestion_id as source_record_id,
        suggestions.source_name || ':' || suggestions.forum_id as space_key,
        suggestions.account_id,
        members.member_key,
        suggestions.title,
        suggestions.portal_url as url,
        suggestions.status_id,
        case
            when suggestions.extracted_at > {{ as_of() }} then coalesce(history.votes_then, suggestions.vote_count)
            else suggestions.vote_count
        end as vendor_votes,
        suggestions.comment_count,
        suggestions.supporting_account_count,
        suggestions.supporter_monthly_revenue as supporter_monthly_revenue_usd,
        suggestions.created_at as submitted_at,
        -- Imports stamp both dates with the import: that dates no end.
        case
            when suggestions.closed_at <= {{ as_of() }} and suggestions.closed_at > suggestions.created_at
                then suggestions.closed_at
        end as closed_at,
        coalesce(suggestions.closed_at > {{ as_of() }}, false) as is_closed_later,
        coalesce(history.observed_at, suggestions.extracted_at) as observed_at,
        suggestions.extracted_at,
        suggestions.source_name || ':' || suggestions.parent_suggestion_id as parent_request_key,
        case when history.merge_observed_at > history.observed_at then history.merge_observed_at end
            as merge_observed_at,
        coalesce(lower(suggestions.state) = 'merged', false) as is_merged_by_state
    from suggestions
    left join members
        on
            suggestions.source_name = members.source_name
            and suggestions.account_id = members.account_id
    left join history
        on
            suggestions.source_name = history.source_name
            and suggestions.suggestion_id = history.suggestion_id

),

merge_dates as (

    select
        *,
        -- The board closes what it merge_states; where it does not, the date we first saw the merge.
        case when parent_request_key is not null or is_merged_by_state then coalesce(closed_at, merge_observed_at) end
            as merged_at,
        merge_observed_at > {{ as_of() }} or is_closed_later as is_merged_later
    from joined

),

merge_states as (

    select
        *,
        case when not coalesce(is_merged_later, false) then parent_request_key end as merged_into_request_key,
        (parent_request_key is not null or is_merged_by_state) and not coalesce(is_merged_later, false) as is_merged
    from merge_dates

),

-- A merged request may lead to one that was merged itself; twenty steps end even a circle.
paths (request_key, ancestor_key, steps) as (

    select
        request_key,
        merged_into_request_key as ancestor_key,
        1 as steps
    from merge_states
    where merged_into_request_key is not null
    union
    select
        paths.request_key,
        merge_states.merged_into_request_key as ancestor_key,
        paths.steps + 1 as steps
    from paths
    inner join merge_states on paths.ancestor_key = merge_states.request_key
    where merge_states.merged_into_request_key is not null and paths.steps < 20

),

roots as (

    select
        request_key,
        max_by(ancestor_key, steps) as root_request_key
    from paths
    group by request_key

)

select
    merge_states.request_key,
    merge_states.source_name,
    merge_states.source_record_id,
    merge_states.space_key,
    merge_states.account_id,
    merge_states.member_key,
    merge_states.title,
    merge_states.url,
    merge_states.status_id,
    coalesce(merge_states.vendor_votes, supporters.supporters) as votes,
    case
        when merge_states.vendor_votes is not null then 'vendor'
        when supporters.supporters is not null then 'supporters'
    end as votes_basis,
    merge_states.comment_count,
    merge_states.supporting_account_count,
    merge_states.supporter_monthly_revenue_usd,
    merge_states.submitted_at,
    merge_states.closed_at,
    merge_states.observed_at,
    merge_states.extracted_at,
    merge_states.is_closed_later,
    merge_states.is_merged,
    merge_states.merged_into_request_key,
    coalesce(roots.root_request_key, merge_states.request_key) as root_request_key,
    merge_states.merged_at
from merge_states
left join supporters on merge_states.request_key = supporters.request_key
left join roots on merge_states.request_key = roots.request_key
