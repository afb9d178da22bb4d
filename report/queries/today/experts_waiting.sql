-- What the programs' members wait for from us, one row a person, the longest wait first.
select
    member_key,
    any_value(display_name) as display_name,
    any_value(leads) as leads,
    count(*) as items,
    count(*) filter (where item_kind = 'question') as questions,
    count(*) filter (where item_kind = 'bug_report') as bug_reports,
    count(*) filter (where item_kind = 'request') as requests,
    count(*) filter (where days_waiting <= 30) as fresh_items,
    max(days_waiting) as longest_days,
    arg_max(title, (days_waiting, item_key)) as longest_title
from program_member_waiting
where item_kind <> 'shipped'
group by member_key
order by items desc, longest_days desc nulls last, member_key
