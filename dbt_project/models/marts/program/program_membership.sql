with

terms as (

    select * from {{ ref('int_program_terms__dated') }}

),

-- A term that nobody said how it ended was renewed if an award follows its end, or meets it.
next_awards as (

    select
        terms.term_key,
        min(later.awarded_at) as next_awarded_at
    from terms
    inner join terms as later
        on
            terms.program = later.program
            and terms.member_key = later.member_key
            and terms.awarded_at < later.awarded_at
            and later.awarded_at >= {{ add_days('terms.ends_at', -92) }}
            and later.awarded_at <= {{ add_days('terms.ends_at', 92) }}
    where terms.ends_at < {{ as_of() }}
    group by terms.term_key

),

followed as (

    select
        terms.*,
        coalesce(
            terms.outcome, case when next_awards.term_key is not null then 'renewed' end
        ) as known_outcome,
        case
            when terms.outcome is not null then 'seed'
            when next_awards.term_key is not null then 'next award'
        end as outcome_basis,
        case when terms.ends_at < cast('9999-12-31 00:00:00+00' as timestamptz) then terms.ends_at end as last_instant
    from terms
    left join next_awards on terms.term_key = next_awards.term_key

)

select
    followed.term_key,
    followed.program,
    followed.member_key,
    profiles.display_name,
    followed.tier,
    followed.expertise_area,
    followed.region,
    followed.lead,
    followed.term_number,
    followed.nominated_by,
    case
        when followed.is_in_term then 'awarded'
        when followed.known_outcome is not null then followed.known_outcome
        when followed.awarded_at is not null then 'ended'
        when followed.applied_at is not null then 'applied'
        else 'nominated'
    end as stage,
    followed.nominated_at,
    followed.applied_at,
    followed.awarded_at,
    followed.last_instant as ends_at,
    followed.known_outcome as outcome,
    followed.outcome_basis,
    followed.is_in_term,
    {{ calendar_days_between('followed.nominated_at', 'followed.applied_at') }} as days_nominated_to_applied,
    {{ calendar_days_between('followed.applied_at', 'followed.awarded_at') }} as days_applied_to_awarded,
    {{ calendar_days_between('followed.nominated_at', 'followed.awarded_at') }} as days_nominated_to_awarded,
    {{ calendar_days_between('followed.awarded_at', 'least(followed.ends_at, ' ~ as_of() ~ ')') }} as days_in_term,
    case
        when followed.is_in_term then {{ calendar_days_between(as_of(), 'followed.last_instant') }}
    end as days_left
from followed
inner join {{ ref('int_member_profiles__merged') }} as profiles on followed.member_key = profiles.member_key
