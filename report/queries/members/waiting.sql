-- What each person waits for, and what of theirs was built within the last year; five of a kind, the latest first.
with

latest as (select max(occurred_at) as moment from fct_contribution),

things as (
    select
        asker_member_key as member_key,
        1 as place,
        'question without a reply' as kind,
        title,
        cast(null as varchar) as url,
        cast(opened_at as date) as since_on,
        topic_key as thing_key
    from waiting_questions
    union all
    select
        member_key,
        2,
        'bug report, ' || coalesce(outcome, 'open'),
        cast(null as varchar),
        cast(null as varchar),
        cast(reported_at as date),
        ticket_key
    from fct_bug_report
    where match = 'open'
    union all
    select member_key, 3, 'request, ' || stage, title, url, cast(submitted_at as date), request_key
    from fct_feature_request
    where is_open
    union all
    select member_key, 4, 'request, built', title, url, cast(completed_at as date), request_key
    from fct_feature_request
    cross join latest
    where has_been_completed and completed_at >= latest.moment - interval 1 year
)

select
    member_key,
    place,
    kind,
    title,
    -- the forum of ideas may give any text; only an address of the web becomes a link
    case when regexp_matches(url, '^https?://', 'i') then url end as url,
    since_on,
    count(*) over (partition by member_key, place) as things
from things
where member_key is not null
qualify row_number() over (partition by member_key, place order by since_on desc nulls last, thing_key) <= 5
order by member_key, place, since_on desc nulls last, thing_key
