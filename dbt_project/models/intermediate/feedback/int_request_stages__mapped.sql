-- Each status of each board with its stage: the source's own row of the seed, else the row for every source.
with

statuses as (

    select
        source_name,
        status_id,
        name as vendor_status,
        {{ normalised_name('name') }} as normalised_status
    from {{ ref('stg_uservoice__statuses') }}

),

rules as (

    select
        source_name,
        {{ normalised_name('vendor_status') }} as normalised_status,
        -- Two spellings of one name that disagree: the earlier stage, so that nothing is claimed too soon.
        min_by(stage, (coalesce({{ stage_rank('stage') }}, -1), stage)) as stage
    from {{ ref('request_statuses') }}
    group by source_name, {{ normalised_name('vendor_status') }}

)

select
    statuses.source_name,
    statuses.status_id,
    statuses.vendor_status,
    coalesce(own_rules.stage, common_rules.stage, 'responded') as stage,
    coalesce(own_rules.stage, common_rules.stage) is not null as is_mapped
from statuses
left join rules as own_rules
    on
        statuses.source_name = own_rules.source_name
        and statuses.normalised_status = own_rules.normalised_status
left join rules as common_rules
    on
        common_rules.source_name = '*'
        and statuses.normalised_status = common_rules.normalised_status
