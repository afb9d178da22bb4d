-- Who asked in the forum, month by month, and who of them has a right to support.
with

askers as (

    select distinct
        opener_member_key as member_key,
        {{ local_month('opened_at') }} as month
    from {{ ref('int_topics__answered') }}
    where is_question

)

select
    askers.month,
    count(*) as askers,
    count(*) filter (where profiles.segment = 'customer') as customer_askers,
    count(*) filter (where profiles.segment != 'unknown') as known_askers
from askers
inner join {{ ref('int_member_profiles__merged') }} as profiles on askers.member_key = profiles.member_key
group by askers.month
