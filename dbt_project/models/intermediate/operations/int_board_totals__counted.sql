-- The vendors' records alone, without accounts and requests put together by other intermediate models.
with

suggestions as (

    select * from {{ ref('stg_uservoice__suggestions') }}
    where created_at <= {{ as_of() }} and not is_deleted and not {{ is_withheld('state') }}

),

withheld_suggestions as (

    select
        source_name,
        suggestion_id
    from {{ ref('stg_uservoice__suggestions') }}
    where is_deleted or {{ is_withheld('state') }}

),

supporters as (

    select supporters.source_name
    from {{ ref('stg_uservoice__supporters') }} as supporters
    left join withheld_suggestions
        on
            supporters.source_name = withheld_suggestions.source_name
            and supporters.suggestion_id = withheld_suggestions.suggestion_id
    where
        supporters.created_at <= {{ as_of() }}
        and not supporters.is_deleted
        and supporters.account_id is not null
        and withheld_suggestions.suggestion_id is null

),

comments as (

    select comments.source_name
    from {{ ref('stg_uservoice__comments') }} as comments
    left join withheld_suggestions
        on
            comments.source_name = withheld_suggestions.source_name
            and comments.suggestion_id = withheld_suggestions.suggestion_id
    where
        comments.created_at <= {{ as_of() }}
        and not comments.is_deleted
        and not {{ is_withheld('comments.state') }}
        and comments.account_id is not null
        and withheld_suggestions.suggestion_id is null

),

totals as (

    select
        source_name,
        'requests' as measure,
        count(*) as raw_value
    from suggestions
    group by source_name
    union all
    select
        source_name,
        'request_votes' as measure,
        sum(vote_count) as raw_value
    from suggestions
    group by source_name
    having count(vote_count) = count(*)
    union all
    select
        source_name,
        'votes' as measure,
        count(*) as raw_value
    from supporters
    group by source_name
    union all
    select
        source_name,
        'comments' as measure,
        count(*) as raw_value
    from comments
    group by source_name

)

select
    source_name,
    measure,
    cast(raw_value as bigint) as raw_value
from totals
