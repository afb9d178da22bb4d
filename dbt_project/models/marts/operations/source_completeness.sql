with

compared as (

    select * from {{ ref('int_forum_records__counted') }}
    union all
    select * from {{ ref('int_board_records__counted') }}
    union all
    select * from {{ ref('int_desk_records__counted') }}

),

judged as (

    select
        source_name,
        vendor,
        stream,
        vendor_count,
        our_count,
        greatest(vendor_count - our_count, 0) as missing_count,
        greatest(our_count - vendor_count, 0) as surplus_count,
        our_count / nullif(cast(vendor_count as double), 0) as held_ratio,
        least_ratio,
        case
            when our_count < least_ratio * vendor_count then 'short'
            when is_exact and our_count * least_ratio > vendor_count then 'surplus'
            else 'complete'
        end as status,
        counted_by,
        counted_at
    from compared

)

select
    *,
    case status
        when 'complete' then 'All there, by ' || counted_by || '.'
        when 'short'
            then
                'Fewer are here than by ' || counted_by || ': your rights there hide some, older ones lie before '
                || 'start_date, or records were missed. The weekly comparison brings what was missed.'
        else
            'More are here than by ' || counted_by || ': some were deleted there. The weekly comparison marks them.'
    end as explanation
from judged
