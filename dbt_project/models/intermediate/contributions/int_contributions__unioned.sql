with

elsewhere as (

    select * from {{ ref('int_contributions__board') }}
    union all
    select * from {{ ref('int_contributions__declared') }}

),

contributions as (

    select * from {{ ref('int_contributions__forum') }}
    union all
    select
        kind,
        member_key,
        occurred_at,
        observed_at,
        source_name,
        source_record_id,
        space_key,
        expertise_area,
        cast(null as string) as topic_key,
        quantity,
        false as is_question,
        false as is_answer,
        0 as te_thirds,
        0 as te_thirds_low,
        0 as te_thirds_high
    from elsewhere

),

keyed as (

    select
        source_name || ':' || kind || ':' || source_record_id as contribution_key,
        *
    from contributions

),

by_staff as (

    select distinct keyed.contribution_key
    from keyed
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            keyed.member_key = staff_periods.member_key
            and keyed.occurred_at >= staff_periods.starts_at
            and keyed.occurred_at < staff_periods.ends_at

)

select
    keyed.contribution_key,
    keyed.member_key,
    keyed.kind,
    keyed.kind in (
        'topic', 'reply', 'article', 'feature_request', 'vote', 'comment', 'bug_report', 'activity'
    ) as is_authored,
    keyed.occurred_at,
    keyed.observed_at,
    keyed.source_name,
    keyed.source_record_id,
    keyed.space_key,
    keyed.expertise_area,
    keyed.topic_key,
    keyed.quantity,
    keyed.is_question,
    keyed.is_answer,
    by_staff.contribution_key is not null as is_staff_at_time,
    keyed.te_thirds,
    keyed.te_thirds_low,
    keyed.te_thirds_high
from keyed
left join by_staff on keyed.contribution_key = by_staff.contribution_key
