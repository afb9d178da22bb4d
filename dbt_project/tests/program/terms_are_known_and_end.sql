-- Rows of `program_members` that count for less than they say: accounts that no source holds, terms that end before
-- they begin, ended terms without a last day.
{{ config(severity = 'warn') }}

with

rows_with_reason as (

    select
        program_members.*,
        case
            when members.account_key is null then 'the account is in no source'
            when program_members.ends_on < program_members.awarded_on then 'the term ends before it begins'
            when
                program_members.awarded_on is not null and program_members.outcome is not null
                and program_members.ends_on is null
                then 'the term has an outcome but no last day'
        end as reason
    from {{ ref('program_members') }} as program_members
    left join {{ ref('int_members__resolved') }} as members
        on
            program_members.source_name = members.source_name
            and program_members.account_id = members.account_id

)

select * from rows_with_reason
where reason is not null
