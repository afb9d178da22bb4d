select
    backtest_key,
    program,
    cycle,
    cut_off_on,
    is_shortlist_published as shortlist_was_published,
    expertise_area,
    ranking,
    k_kind,
    k,
    first_awards,
    first_awards_eligible,
    renewals,
    eligible,
    listed,
    hits,
    hits / nullif(cast(listed as double), 0) as precision_ratio,
    hits / nullif(cast(first_awards as double), 0) as recall_ratio
from {{ ref('int_award_hits__counted') }}
