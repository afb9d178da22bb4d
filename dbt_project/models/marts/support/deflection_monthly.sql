{%- set scenarios = ['low', 'base', 'high'] -%}
with

openings as (

    select
        min({{ local_month('opened_at') }}) as first_month,
        {{ local_month(as_of()) }} as last_month
    from {{ ref('int_topics__answered') }}

),

months as (

    select months.month
    from openings
    {{ months_from_to('openings.first_month', 'openings.last_month', 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

direct as (

    select
        {{ local_month('credited_at') }} as month,
        count(*) as solved_topics,
        count(*) filter (where is_direct) as direct_topics,
        count(*) filter (where is_direct and is_credited_to_staff) as direct_topics_by_staff
    from {{ ref('int_topic_solutions__dated') }}
    where credited_at is not null
    group by {{ local_month('credited_at') }}

),

views as (

    select
        month,
        cast(sum(solved_topic_views) as bigint) as solved_topic_views
    from {{ ref('int_topic_views__risen') }}
    group by month

),

-- A month is valued by the assumptions of its first day.
assumed as (

    select
        {%- for scenario in scenarios %}
        max(case when rules.assumption = 'p' then rules.{{ scenario }} end) as p_{{ scenario }},
        max(case when rules.assumption = 'v' then rules.{{ scenario }} end) as v_{{ scenario }},
        max(case when rules.assumption = 'entitled' then rules.{{ scenario }} end) as entitled_{{ scenario }},
        max(case when rules.assumption = 'entitled_unknown' then rules.{{ scenario }} end)
            as entitled_unknown_{{ scenario }},
        {%- endfor %}
        months.month
    from months
    left join {{ ref('deflection_assumptions') }} as rules
        on {{ holds_on('months.month', 'rules.valid_from', 'rules.valid_to') }}
    group by months.month

),

counted as (

    select
        months.month,
        coalesce(direct.solved_topics, 0) as solved_topics,
        coalesce(direct.direct_topics, 0) as direct_topics,
        coalesce(direct.direct_topics_by_staff, 0) as direct_topics_by_staff,
        views.solved_topic_views,
        coalesce(askers.askers, 0) as askers,
        coalesce(askers.customer_askers, 0) as customer_askers,
        coalesce(askers.known_askers, 0) as known_askers,
        cast(nullif(askers.askers, 0) as double) as all_askers,
        askers.customer_askers / nullif(cast(askers.known_askers as double), 0) as known_ratio
    from months
    left join direct on months.month = direct.month
    left join views on months.month = views.month
    left join {{ ref('int_forum_askers__monthly') }} as askers on months.month = askers.month

),

-- Without a word on those of unknown segment, they are as the known ones.
entitled as (

    select
        {%- for scenario in scenarios %}
        assumed.p_{{ scenario }},
        assumed.v_{{ scenario }},
        coalesce(
            assumed.entitled_{{ scenario }},
            case
                when assumed.entitled_unknown_{{ scenario }} is null then counted.known_ratio
                else
                    (
                        counted.customer_askers
                        + (counted.askers - counted.known_askers) * assumed.entitled_unknown_{{ scenario }}
                    )
                    / counted.all_askers
            end
        ) as entitled_{{ scenario }}_ratio,
        {%- endfor %}
        counted.*
    from counted
    inner join assumed on counted.month = assumed.month

),

-- Nothing times an unknown rise is nothing; a month that solved nothing avoided nothing, whoever asked.
avoided as (

    select
        *,
        {%- for scenario in scenarios %}
        case
            when direct_topics = 0 then 0
            else entitled_{{ scenario }}_ratio * (direct_topics * p_{{ scenario }})
        end as avoided_direct_{{ scenario }},
        case
            when v_{{ scenario }} = 0 then 0
            else entitled_{{ scenario }}_ratio * (solved_topic_views * v_{{ scenario }})
        end as avoided_views_{{ scenario }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from entitled

)

select
    month,
    {%- for scenario in scenarios %}
    avoided_direct_{{ scenario }} + avoided_views_{{ scenario }} as avoided_{{ scenario }},
    {%- endfor %}
    {%- for scenario in scenarios %}
    avoided_direct_{{ scenario }},
    {%- endfor %}
    {%- for scenario in scenarios %}
    avoided_views_{{ scenario }},
    {%- endfor %}
    solved_topics,
    direct_topics,
    direct_topics_by_staff,
    solved_topic_views,
    askers,
    customer_askers,
    known_askers,
    {%- for scenario in scenarios %}
    entitled_{{ scenario }}_ratio,
    {%- endfor %}
    {%- for scenario in scenarios %}
    p_{{ scenario }},
    {%- endfor %}
    {%- for scenario in scenarios %}
    v_{{ scenario }},
    {%- endfor %}
    {{ is_month_complete('month') }} as is_complete,
    {{ is_month_settled('month') }} as is_settled
from avoided
