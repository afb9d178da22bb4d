-- This week's milestones, returns and firsts, one row a person.
select
    member_key,
    any_value(display_name) as display_name,
    string_agg(sentence, ' ' order by happened_on desc, occasion_key) as sentences,
    string_agg(
        case
            when trophy is not null then 'Earned ' || trophy || '.'
            when occasion = 'return' then 'Came back after ' || silent_days || ' days.'
            else 'First ' || replace(subject, '_', ' ') || '.'
        end,
        ' '
        order by happened_on desc, occasion_key
    ) as occasions,
    max(happened_on) as happened_on
from thank_you_list
group by member_key
order by
    min(case occasion when 'milestone' then 1 when 'return' then 2 else 3 end),
    count(*) desc,
    max(happened_on) desc,
    member_key
limit 40
