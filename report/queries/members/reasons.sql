-- Why somebody is on a list of today, the most pressing first.
with

reasons as (
    select member_key, 1 as place, 'Renew' as list, sentence as reason from program_renewals
    union all
    select member_key, 2, 'Call: flaring', reason from open_flares
    union all
    select member_key, 3, 'Call: ' || case trajectory when 'new' then 'promising newcomer' else trajectory end, reason
    from rising_star_watchlist
    union all
    select member_key, 4, 'Welcome', reason from newcomer_list where not is_answered
    union all
    select member_key, 5, 'Hold: drifting away', reason from drifting_members
    union all
    select member_key, 6, 'Hold: lost', reason from lost_experts
    union all
    select member_key, 7, 'Thank', string_agg(sentence, ' ' order by happened_on desc, occasion_key)
    from thank_you_list
    group by member_key
)

select member_key, list, reason
from reasons
order by member_key, place, list, reason
