-- How long each person stayed, in each group: until the first long silence, or still there when one could last be seen.
with

groups as (

    select
        group_kind,
        'all' as subject,
        group_name,
        member_key,
        '' as turning_key,
        starts_at
    from {{ ref('int_newcomer_groups__fixed') }}
    union all
    select
        group_kind,
        subject,
        group_name,
        member_key,
        turning_key,
        starts_at
    from {{ ref('int_turned_groups__fixed') }}

),

starts as (

    select distinct
        member_key,
        starts_at
    from groups

),

-- A silence that was under way is one from the start if it lasted long enough after it.
ends as (

    select
        starts.member_key,
        starts.starts_at,
        min(greatest(silences.starts_at, starts.starts_at)) as silent_from
    from starts
    inner join {{ ref('int_member_silences__dated') }} as silences
        on
            starts.member_key = silences.member_key
            and coalesce(silences.ends_at, {{ as_of() }})
            >= {{ add_days('greatest(silences.starts_at, starts.starts_at)', var('silence_days')) }}
    group by starts.member_key, starts.starts_at

)

select
    groups.group_kind,
    groups.subject,
    groups.group_name,
    groups.member_key,
    groups.turning_key,
    groups.starts_at,
    coalesce(ends.silent_from, {{ add_days(as_of(), '-' ~ var('silence_days')) }}) as ended_at,
    {{ whole_days(
        'groups.starts_at', 'coalesce(ends.silent_from, ' ~ add_days(as_of(), '-' ~ var('silence_days')) ~ ')'
    ) }} as duration_days,
    ends.silent_from is not null as is_ended
from groups
left join ends on groups.member_key = ends.member_key and groups.starts_at = ends.starts_at
