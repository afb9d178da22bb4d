{{ config(severity='warn') }}

-- Statuses in use that the seed `request_statuses` does not know; they count as responded. Add a row for each.
select
    stages.source_name,
    stages.vendor_status,
    count(*) as requests
from {{ ref('int_request_stages__mapped') }} as stages
inner join {{ ref('int_requests__unioned') }} as requests
    on
        stages.source_name = requests.source_name
        and stages.status_id = requests.status_id
where not stages.is_mapped
group by stages.source_name, stages.vendor_status
