with

records as (

    select
        'topic' as kind,
        source_name,
        topic_id as source_record_id,
        opener_account_id as account_id
    from {{ ref('int_topics__unioned') }}
    union all
    select
        'reply' as kind,
        source_name,
        post_id as source_record_id,
        account_id
    from {{ ref('int_posts__unioned') }}
    union all
    select
        'feature_request' as kind,
        source_name,
        source_record_id,
        account_id
    from {{ ref('int_requests__unioned') }}
    union all
    select
        'vote' as kind,
        source_name,
        source_record_id,
        account_id
    from {{ ref('int_votes__unioned') }}
    union all
    select
        'comment' as kind,
        source_name,
        source_record_id,
        account_id
    from {{ ref('int_request_comments__unioned') }}
    union all
    select
        'bug_report' as kind,
        source_name,
        source_record_id,
        requester_account_id as account_id
    from {{ ref('int_tickets__unioned') }}
    union all
    select
        contribution_kind as kind,
        source_name,
        activity_id as source_record_id,
        account_id
    from {{ ref('int_declared_activities__dated') }}

),

traced as (

    select
        records.source_name || ':' || records.account_id as account_key,
        contributions.occurred_at,
        contributions.quantity
    from records
    inner join {{ ref('int_contributions__unioned') }} as contributions
        on
            records.kind = contributions.kind
            and records.source_name = contributions.source_name
            and records.source_record_id = contributions.source_record_id
    where contributions.is_authored and records.account_id is not null

)

select
    account_key,
    {{ local_month('occurred_at') }} as month,
    cast(sum(quantity) as bigint) as authored,
    min(occurred_at) as first_contribution_at
from traced
group by account_key, {{ local_month('occurred_at') }}
