-- Means over matched people of what became of them, and of what became of their peers.
with

matched as (

    select
        turning_key,
        ln(1 + max(authored_6_to_1)) as activity_before,
        ln(1 + max(authored_after)) as activity_after,
        ln(1 + max(te_thirds_before) / 3.0) as help_before,
        ln(1 + max(te_thirds_after) / 3.0) as help_after,
        {{ ordered_mean('ln(1 + peer_authored_6_to_1)', 'peer_rank') }} as peer_activity_before,
        {{ ordered_mean('ln(1 + peer_authored_after)', 'peer_rank') }} as peer_activity_after,
        {{ ordered_mean('ln(1 + peer_te_thirds_before / 3.0)', 'peer_rank') }} as peer_help_before,
        {{ ordered_mean('ln(1 + peer_te_thirds_after / 3.0)', 'peer_rank') }} as peer_help_after
    from {{ ref('int_peers__matched') }}
    group by turning_key

),

turning_points as (

    select
        turning_points.*,
        coalesce(windows.is_staff, false) as is_staff
    from {{ ref('int_turning_points__dated') }} as turning_points
    left join {{ ref('int_turning_windows__measured') }} as windows
        on
            turning_points.member_key = windows.member_key
            and turning_points.month = windows.month

),

grouped as (

    select
        turning_points.*,
        subject as subject_group
    from turning_points
    union all
    select
        turning_points.*,
        'all' as subject_group
    from turning_points
    where is_first_of_kind

),

compared as (

    select
        grouped.kind,
        grouped.subject_group as subject,
        grouped.is_placebo,
        count(*) as turning_points,
        count(*) filter (where not grouped.is_complete) as open_points,
        count(*) filter (where grouped.is_complete and grouped.is_staff) as staff_points,
        count(matched.turning_key) as matched,
        count(*) filter (
            where grouped.is_complete and not grouped.is_staff and matched.turning_key is null
        ) as unmatched,
        {{ ordered_mean('matched.activity_before', 'grouped.turning_key') }} as activity_before,
        {{ ordered_mean('matched.activity_after', 'grouped.turning_key') }} as activity_after,
        {{ ordered_mean('matched.peer_activity_before', 'grouped.turning_key') }} as peer_activity_before,
        {{ ordered_mean('matched.peer_activity_after', 'grouped.turning_key') }} as peer_activity_after,
        {{ ordered_mean('matched.activity_after - matched.peer_activity_after', 'grouped.turning_key') }}
            as activity_effect,
        {{ ordered_deviation('matched.activity_after - matched.peer_activity_after', 'grouped.turning_key') }}
            as activity_deviation,
        {{ ordered_mean('matched.help_before', 'grouped.turning_key') }} as help_before,
        {{ ordered_mean('matched.help_after', 'grouped.turning_key') }} as help_after,
        {{ ordered_mean('matched.peer_help_before', 'grouped.turning_key') }} as peer_help_before,
        {{ ordered_mean('matched.peer_help_after', 'grouped.turning_key') }} as peer_help_after,
        {{ ordered_mean('matched.help_after - matched.peer_help_after', 'grouped.turning_key') }} as help_effect,
        {{ ordered_deviation('matched.help_after - matched.peer_help_after', 'grouped.turning_key') }} as help_deviation
    from grouped
    left join matched on grouped.turning_key = matched.turning_key
    group by grouped.kind, grouped.subject_group, grouped.is_placebo

)

select
    kind,
    subject,
    is_placebo,
    turning_points,
    open_points,
    staff_points,
    matched,
    unmatched,
    {% for measure in ['activity', 'help'] -%}
    {% for side in ['', 'peer_'] -%}
    case when matched >= 10 then {{ side }}{{ measure }}_before end as {{ side }}{{ measure }}_before,
    case when matched >= 10 then {{ side }}{{ measure }}_after end as {{ side }}{{ measure }}_after,
    {% endfor -%}
    case when matched >= 10 then {{ measure }}_effect end as {{ measure }}_effect,
    case when matched >= 10 then {{ measure }}_deviation / sqrt(matched) end as {{ measure }}_standard_error
    {%- if not loop.last %},{% endif %}
    {% endfor %}
from compared
