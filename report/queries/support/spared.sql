-- Tickets the community may have spared by solved topics that no agent had a hand in: low, base and high.
select
    month, avoided_direct_low, avoided_direct_base, avoided_direct_high, avoided_low, avoided_base, avoided_high,
    direct_topics, entitled_low_ratio, entitled_base_ratio, entitled_high_ratio, p_low, p_base, p_high
from deflection_monthly
where is_complete
    and month >= (select max(month) from deflection_monthly where is_complete) - interval 23 month
order by month
