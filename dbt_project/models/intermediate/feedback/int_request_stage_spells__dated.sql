-- Where each request stood on its way, and from when until when: statuses of one stage in a row are one spell, and a
-- first answer ends the wait for it, whatever the status.
with

requests as (

    select
        requests.request_key,
        requests.submitted_at,
        requests.first_response_at,
        coalesce(profiles.segment, 'unknown') as segment
    from {{ ref('int_requests__staged') }} as requests
    left join {{ ref('int_member_profiles__merged') }} as profiles on requests.member_key = profiles.member_key

),

-- A request first known further on, or answered as it came, was submitted all the same.
statuses as (

    select
        request_key,
        interval_number,
        stage,
        from_at,
        to_at
    from {{ ref('int_request_status_intervals__dated') }}
    union all
    select
        requests.request_key,
        0 as interval_number,
        'submitted' as stage,
        requests.submitted_at as from_at,
        firsts.from_at as to_at
    from {{ ref('int_request_status_intervals__dated') }} as firsts
    inner join requests on firsts.request_key = requests.request_key
    where firsts.interval_number = 1 and firsts.stage != 'submitted'

),

intervals as (

    select
        intervals.request_key,
        intervals.interval_number,
        intervals.stage,
        intervals.from_at,
        intervals.to_at,
        requests.first_response_at,
        -- A request that goes back to its first status has been answered by then.
        (intervals.interval_number > 1 and coalesce(requests.first_response_at <= intervals.from_at, false))
        or coalesce(
            max({{ stage_rank('intervals.stage') }}) over (
                partition by intervals.request_key
                order by intervals.interval_number
                rows between unbounded preceding and 1 preceding
            ) > 0, false
        ) as is_answered_before
    from statuses as intervals
    inner join requests on intervals.request_key = requests.request_key

),

stages as (

    select
        request_key,
        interval_number,
        0 as part,
        case when stage = 'submitted' and is_answered_before then 'responded' else stage end as stage,
        from_at
    from intervals
    union all
    select
        request_key,
        interval_number,
        1 as part,
        'responded' as stage,
        first_response_at as from_at
    from intervals
    where
        stage = 'submitted'
        and not is_answered_before
        and first_response_at is not null
        and (to_at is null or first_response_at < to_at)

),

changes as (

    select
        *,
        lag(stage) over (partition by request_key order by interval_number, part) as stage_before
    from stages

),

spells as (

    select
        request_key,
        row_number() over request_in_time as spell_number,
        stage,
        from_at as entered_at,
        lead(from_at) over request_in_time as left_at,
        lead(stage) over request_in_time as next_stage
    from changes
    where stage is distinct from stage_before
    window request_in_time as (partition by request_key order by interval_number, part)

)

select
    spells.request_key || ':' || cast(spells.spell_number as string) as spell_key,
    spells.request_key,
    requests.segment,
    spells.stage,
    spells.entered_at,
    spells.left_at,
    spells.next_stage,
    case
        when spells.next_stage is null then 'waiting'
        when spells.next_stage in ('declined', 'merged') then spells.next_stage
        when {{ stage_rank('spells.next_stage') }} > {{ stage_rank('spells.stage') }} then 'advanced'
        else 'returned'
    end as outcome,
    spells.next_stage is null as is_current,
    case
        when spells.entered_at is not null and (spells.next_stage is null or spells.left_at is not null)
            then {{ whole_days('spells.entered_at', 'coalesce(spells.left_at, ' ~ as_of() ~ ')') }}
    end as duration_days
from spells
inner join requests on spells.request_key = requests.request_key
where spells.stage in ('submitted', 'responded', 'planned', 'started')
