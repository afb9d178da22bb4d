-- The accounts of whoever has more than one, or a user name that differs from the public name.
select
    accounts.member_key,
    accounts.source_name,
    accounts.username
from dim_member_account as accounts
inner join dim_member as people on people.member_key = accounts.member_key
where not people.is_staff and not accounts.is_deleted and accounts.username is not null
order by accounts.member_key, accounts.source_name, accounts.username
