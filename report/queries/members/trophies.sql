-- Each person's trophies, the latest first.
select member_key, name, description, earned_on
from member_trophies
where not is_staff
order by member_key, earned_on desc, name, trophy
