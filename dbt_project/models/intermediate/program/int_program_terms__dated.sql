-- What a term's row tells of later days is not known yet: it is read as if it were still empty.
with

declared as (

    select
        program_members.program,
        members.member_key,
        -- Two accounts of one person with the same term are one term.
        min(program_members.source_name || ':' || program_members.account_id) as account_key,
        program_members.tier,
        program_members.expertise_area,
        program_members.region,
        program_members.lead,
        program_members.nominated_by,
        program_members.outcome,
        {{ local_midnight('program_members.nominated_on') }} as nominated_at,
        {{ local_midnight('program_members.applied_on') }} as applied_at,
        {{ local_midnight('program_members.awarded_on') }} as awarded_at,
        {{ local_midnight(add_days('program_members.ends_on', 1)) }} as ends_at
    from {{ ref('program_members') }} as program_members
    inner join {{ ref('int_members__resolved') }} as members
        on
            program_members.source_name = members.source_name
            and program_members.account_id = members.account_id
    group by all

),

known as (

    select
        *,
        case when nominated_at < {{ as_of() }} then nominated_at end as known_nominated_at,
        case when applied_at < {{ as_of() }} then applied_at end as known_applied_at,
        case when awarded_at < {{ as_of() }} then awarded_at end as known_awarded_at
    from declared
    where coalesce(least(nominated_at, applied_at, awarded_at) < {{ as_of() }}, true)

),

numbered as (

    select
        *,
        -- By the first day of each row: terms of later days change no number.
        row_number() over (
            partition by program, member_key
            order by
                least(nominated_at, applied_at, awarded_at) nulls first,
                expertise_area nulls first,
                region nulls first,
                tier nulls first,
                ends_at nulls last,
                account_key,
                outcome,
                lead,
                nominated_by
        ) as row_position,
        case
            when known_awarded_at is not null
                then
                    dense_rank() over (
                        partition by program, member_key
                        order by known_awarded_at nulls last
                    )
        end as term_number
    from known

)

select
    numbered.program || ':' || numbered.member_key || ':' || cast(numbered.row_position as string) as term_key,
    numbered.program,
    numbered.member_key,
    members.source_name,
    members.account_id,
    numbered.tier,
    numbered.expertise_area,
    numbered.region,
    numbered.lead,
    cast(numbered.term_number as integer) as term_number,
    numbered.nominated_by,
    numbered.known_nominated_at as nominated_at,
    numbered.known_applied_at as applied_at,
    numbered.known_awarded_at as awarded_at,
    numbered.known_awarded_at as starts_at,
    case
        when numbered.known_awarded_at is not null
            then coalesce(numbered.ends_at, cast('9999-12-31 00:00:00+00' as timestamptz))
    end as ends_at,
    case
        when numbered.known_awarded_at is not null
            then case when numbered.ends_at < {{ as_of() }} then numbered.outcome end
        when numbered.awarded_at is null and coalesce(numbered.ends_at < {{ as_of() }}, true)
            then numbered.outcome
    end as outcome,
    numbered.known_awarded_at is not null
    and coalesce(numbered.ends_at >= {{ as_of() }}, true) as is_in_term
from numbered
inner join {{ ref('int_members__resolved') }} as members on numbered.account_key = members.account_key
