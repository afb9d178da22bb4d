-- A person is suggested for at most this many others; the likeliest first.
{% set most_suggestions = 3 %}

with

signals as (

    select
        *,
        case signal
            when 'same address' then 'the same e-mail address, not verified on both sides'
            when 'same user name' then 'the same user name'
            when 'same name' then 'the same name, which nobody else bears'
            when 'same common name' then 'the same name, which others bear too'
            when 'user name like name' then 'the user name of one is the name of the other'
            when 'same organization' then 'the same organization'
            when 'same country' then 'the same country'
            when 'made within 30 days' then 'accounts made ' || days_apart || ' days apart'
            when 'made within 90 days' then 'accounts made ' || days_apart || ' days apart'
            when 'names differ' then 'but different names'
            when 'countries differ' then 'but different countries'
            when 'both in one source' then 'but both have an account in the same source'
        end as words
    from {{ ref('int_account_pairs__weighed') }}

),

-- Signals are taken as independent: each leaves its share of the doubt that the others left.
scored as (

    select
        first_account_key,
        second_account_key,
        first_member_key,
        second_member_key,
        (1 - exp({{ ordered_sum("case when effect = 'for' then ln(1 - strength) else 0 end", 'signal') }}))
        * exp({{ ordered_sum("case when effect = 'against' then ln(1 - strength) else 0 end", 'signal') }}) as score,
        string_agg(words, '; ' order by effect desc, strength desc, signal asc) as reason
    from signals
    group by first_account_key, second_account_key, first_member_key, second_member_key

),

-- Joining two accounts joins two people: of their accounts the pair most alike speaks for all.
best as (

    select
        *,
        row_number() over (
            partition by least(first_member_key, second_member_key), greatest(first_member_key, second_member_key)
            order by score desc, first_account_key asc, second_account_key asc
        ) as place
    from scored

),

suggested as (

    select best.*
    from best
    inner join {{ ref('match_signals') }} as threshold on threshold.signal = 'suggested from'
    where best.place = 1 and {{ reaches('best.score', 'threshold.strength') }}

),

sides as (

    select
        first_member_key as member_key,
        first_account_key,
        second_account_key,
        score
    from suggested
    union all
    select
        second_member_key as member_key,
        first_account_key,
        second_account_key,
        score
    from suggested

),

ranked as (

    select
        *,
        row_number() over (
            partition by member_key order by score desc, first_account_key asc, second_account_key asc
        ) as place
    from sides

),

kept as (

    select
        first_account_key,
        second_account_key
    from ranked
    group by first_account_key, second_account_key
    having max(place) <= {{ most_suggestions }}

)

select
    suggested.first_account_key,
    suggested.second_account_key,
    suggested.first_member_key,
    suggested.second_member_key,
    suggested.score,
    suggested.reason
from suggested
inner join kept
    on
        suggested.first_account_key = kept.first_account_key
        and suggested.second_account_key = kept.second_account_key
