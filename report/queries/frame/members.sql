-- Everyone, in an order that tells nothing and is another in each release: the numbers that stand for hidden names.
select member_key
from dim_member
order by md5(member_key || (select coalesce(max(stamp), '') from data_quality_results)), member_key
