-- Where each request stood on its way, and from when until when. Status changes tell it; an answer without one ends the
-- first wait; what the board shows today without having dated it ends the last spell on an unknown day.
with

requests as (

    select
        requests.*,
        case when requests.stage = 'submitted' and requests.has_been_answered then 'responded' else requests.stage end
            as standing_stage,
        coalesce(profiles.segment, 'unknown') as segment
    from {{ ref('int_requests__staged') }} as requests
    left join {{ ref('int_member_profiles__merged') }} as profiles on requests.member_key = profiles.member_key

),

happenings as (

    select
        request_key,
        submitted_at as happened_at,
        'submitted' as status_stage,
        0 as turn,
        '' as change_key
    from requests
    union all
    select
        request_key,
        first_response_at as happened_at,
        cast(null as string) as status_stage,
        1 as turn,
        '' as change_key
    from requests
    union all
    select
        request_key,
        changed_at as happened_at,
        new_stage as status_stage,
        2 as turn,
        change_key
    from {{ ref('int_request_status_changes__unioned') }}
    where new_stage is not null
    union all
    -- Ends that no change tells of, only the board's closing date.
    select
        request_key,
        coalesce(exit_merged_at, exit_declined_at, reached_completed_at) as happened_at,
        stage as status_stage,
        3 as turn,
        '' as change_key
    from requests
    where stage in ('completed', 'declined', 'merged')

),

-- Imports stamp answers before what they answer.
placed as (

    select
        requests.request_key,
        requests.first_response_at,
        happenings.status_stage,
        happenings.turn,
        happenings.change_key,
        greatest(happenings.happened_at, requests.submitted_at) as happened_at
    from happenings
    inner join requests on happenings.request_key = requests.request_key
    where happenings.happened_at is not null

),

statuses as (

    select
        *,
        last_value(status_stage ignore nulls) over (
            partition by request_key
            order by happened_at, turn, change_key
            rows between unbounded preceding and current row
        ) as status_stage_then,
        row_number() over (
            partition by request_key, happened_at order by turn desc, change_key desc
        ) as place_from_last
    from placed

),

stages as (

    select
        request_key,
        happened_at,
        case
            when status_stage_then = 'submitted' and happened_at >= first_response_at then 'responded'
            else status_stage_then
        end as stage
    from statuses
    -- Of what happened in one instant, the last stands.
    where place_from_last = 1

),

changes as (

    select
        *,
        lag(stage) over (partition by request_key order by happened_at) as stage_before
    from stages

),

spells as (

    select
        request_key,
        stage,
        happened_at as entered_at,
        lead(happened_at) over (partition by request_key order by happened_at) as left_at,
        lead(stage) over (partition by request_key order by happened_at) as next_stage
    from changes
    where stage_before is null or stage != stage_before

),

-- The board shows a stage that nothing dates: it was entered, and the one before left, on an unknown day.
reconciled as (

    select
        spells.request_key,
        spells.stage,
        spells.entered_at,
        spells.left_at,
        coalesce(
            spells.next_stage,
            case when requests.standing_stage != spells.stage then requests.standing_stage end
        ) as next_stage
    from spells
    inner join requests on spells.request_key = requests.request_key
    union all
    select
        spells.request_key,
        requests.standing_stage as stage,
        cast(null as timestamptz) as entered_at,
        cast(null as timestamptz) as left_at,
        cast(null as string) as next_stage
    from spells
    inner join requests on spells.request_key = requests.request_key
    where spells.next_stage is null and spells.stage != requests.standing_stage

)

select
    reconciled.request_key || ':' || cast(
        row_number() over (
            partition by reconciled.request_key
            order by reconciled.entered_at nulls last
        ) as string
    ) as spell_key,
    reconciled.request_key,
    requests.segment,
    reconciled.stage,
    reconciled.entered_at,
    reconciled.left_at,
    reconciled.next_stage,
    case
        when reconciled.next_stage is null then 'waiting'
        when reconciled.next_stage in ('declined', 'merged') then reconciled.next_stage
        when {{ stage_rank('reconciled.next_stage') }} > {{ stage_rank('reconciled.stage') }} then 'advanced'
        else 'returned'
    end as outcome,
    reconciled.next_stage is null as is_current,
    case
        when reconciled.entered_at is not null and (reconciled.next_stage is null or reconciled.left_at is not null)
            then {{ whole_days('reconciled.entered_at', 'coalesce(reconciled.left_at, ' ~ as_of() ~ ')') }}
    end as duration_days
from reconciled
inner join requests on reconciled.request_key = requests.request_key
where reconciled.stage in ('submitted', 'responded', 'planned', 'started')
