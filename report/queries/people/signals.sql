-- How far each signal could be trusted so far: who was still active later.
select
    later.trajectory,
    later.community_member_months as member_months,
    later.community_still_active_ratio as active_after_3,
    half.community_still_active_ratio as active_after_6,
    later.community_supernova_ratio as supernova_ratio
from trajectory_backtest as later
left join trajectory_backtest as half on half.trajectory = later.trajectory and half.horizon_months = 6
where later.horizon_months = 3
order by active_after_3 desc nulls last, later.trajectory
