select
    trajectories.member_key,
    trajectories.month,
    trajectories.trajectory,
    trajectories.first_month,
    trajectories.months_since_first,
    trajectories.authored,
    trajectories.answers_to_others,
    trajectories.active_days,
    trajectories.recent_authored_mean,
    trajectories.earlier_authored_mean,
    trajectories.earlier_months,
    thresholds.flare_threshold,
    trajectories.flare_onset_month,
    trajectories.is_carried_over,
    trajectories.is_staff,
    trajectories.is_bot,
    case trajectories.trajectory
        when 'flare'
            then
                'Flaring since ' || {{ month_text('trajectories.flare_onset_month') }} || ': answered others '
                || {{ count_text('trajectories.answers_to_others', 'time') }} || ' this month.'
        when 'gone' then 'Nothing in three months.'
        when 'new' then 'Began in ' || {{ month_text('trajectories.first_month') }} || '.'
        else
            {{ number_text('trajectories.recent_authored_mean', 1) }}
            || ' contributions a month in the last three months, '
            || {{ number_text('trajectories.earlier_authored_mean', 1) }} || ' before'
            || case
                when trajectories.is_carried_over then ': no clear change, so the signal before stands.'
                else '.'
            end
    end as reason
from {{ ref('int_trajectories__classified') }} as trajectories
inner join {{ ref('int_flare_thresholds__measured') }} as thresholds on trajectories.month = thresholds.month
