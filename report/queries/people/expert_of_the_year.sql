-- The experts of the year, each year's first three of a program.
select
    calendar_year,
    program,
    rank_in_program,
    member_key,
    display_name,
    main_expertise_area,
    score,
    ticket_equivalents,
    people_helped,
    active_months
from expert_of_the_year
where rank_in_program <= 3
order by calendar_year desc, program, rank_in_program
