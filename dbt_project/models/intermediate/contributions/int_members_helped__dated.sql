-- Questions are opened by non-staff, so every asker here is one.
select
    member_key,
    opener_member_key as asker_member_key,
    count(*) as helpful_answers,
    min(created_at) as first_helped_at,
    max(created_at) as last_helped_at
from {{ ref('int_posts__classified') }}
where is_answer and (is_credited_accept or likes > 0)
group by member_key, opener_member_key
