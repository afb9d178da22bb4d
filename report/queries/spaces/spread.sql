-- The same as lines: fewest spaces that hold half, and four fifths, of the posts.
select month, part, spaces
from (
    select
        month,
        unnest(['half of the posts', 'four fifths']) as part,
        unnest([spaces_for_half, spaces_for_four_fifths]) as spaces
    from space_concentration
    where source_name = 'all' and is_complete
        and month >= (select max(month) from space_concentration where is_complete) - interval 23 month
)
where spaces is not null
order by month, part
