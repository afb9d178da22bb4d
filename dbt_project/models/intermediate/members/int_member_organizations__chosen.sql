with

accounts as (

    select
        members.member_key,
        accounts.source_name,
        accounts.account_id,
        accounts.vendor,
        accounts.organization_id,
        {{ account_turn('accounts.vendor', 'accounts.source_name', 'accounts.account_id') }} as turn,
        {{ organization_turn('accounts.vendor', 'accounts.source_name', 'accounts.account_id') }} as employer_turn
    from {{ ref('int_accounts__unioned') }} as accounts
    inner join {{ ref('int_members__resolved') }} as members on accounts.account_key = members.account_key

),

organizations as (

    select
        *,
        {{ normalised_name('name') }} as plain_name
    from {{ ref('int_organizations__resolved') }}

),

names as (

    select
        plain_name,
        min(organization_key) as organization_key
    from organizations
    group by plain_name
    having count(distinct organization_key) = 1

),

-- Every organization that one of the person's accounts belongs to, at desks first, then at boards.
shown_choices as (

    select
        accounts.member_key,
        accounts.employer_turn as turn,
        case accounts.vendor when 'uservoice' then 'board' else 'desk' end as basis,
        organizations.organization_key,
        organizations.name,
        organizations.plain_name
    from accounts
    inner join organizations
        on
            accounts.source_name = organizations.source_name
            and accounts.organization_id = organizations.organization_id

),

first_choices as (

    select
        member_key,
        min_by(organization_key, turn) as organization_key,
        min_by(name, turn) as name,
        min_by(basis, turn) as basis
    from shown_choices
    group by member_key

),

declared as (

    select
        accounts.member_key,
        min_by(trim(facts.organization), (accounts.turn, facts.organization)) as organization
    from accounts
    inner join {{ ref('member_facts') }} as facts
        on
            accounts.source_name = facts.source_name
            and accounts.account_id = facts.account_id
    where {{ normalised_name('facts.organization') }} != ''
    group by accounts.member_key

),

-- A name that several organizations bear tells only of which the person is if a desk or a board says it too.
declared_and_shown as (

    select
        declared.member_key,
        min_by(shown_choices.organization_key, shown_choices.turn) as organization_key
    from declared
    inner join shown_choices
        on
            declared.member_key = shown_choices.member_key
            and {{ normalised_name('declared.organization') }} = shown_choices.plain_name
    group by declared.member_key

)

select
    coalesce(declared.member_key, first_choices.member_key) as member_key,
    case
        when declared.member_key is null then first_choices.organization_key
        else coalesce(
            declared_and_shown.organization_key,
            names.organization_key,
            'declared:' || {{ normalised_name('declared.organization') }}
        )
    end as organization_key,
    coalesce(declared.organization, first_choices.name) as organization,
    case when declared.member_key is null then first_choices.basis else 'declared' end as basis,
    declared.member_key is not null
    and declared_and_shown.organization_key is null
    and names.organization_key is null as is_declared_only
from first_choices
full outer join declared on first_choices.member_key = declared.member_key
left join declared_and_shown on declared.member_key = declared_and_shown.member_key
left join names on {{ normalised_name('declared.organization') }} = names.plain_name
