-- How many people or things each list of the day holds.
select
    (select count(*) from program_renewals) as renewals,
    (select count(*) from open_flares) as flares,
    (select count(*) from rising_star_watchlist) as rising,
    (select count(distinct member_key) from program_member_waiting where item_kind <> 'shipped') as experts_waiting,
    (select count(*) from program_member_waiting where item_kind <> 'shipped') as expert_items,
    (select count(*) from waiting_questions) as questions,
    (select count(*) from waiting_questions where waiting_hours <= 14 * 24) as fresh_questions,
    (select count(*) from newcomer_list where not is_answered) as newcomers,
    (select count(*) from drifting_members) as drifting,
    (select count(*) from lost_experts where not is_deleted) as lost,
    (select count(distinct member_key) from thank_you_list) as thanks
