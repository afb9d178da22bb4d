-- By how much the views of topics rose from one look to the next, in the month of the later look.
with

looks as (

    select
        source_name,
        topic_id,
        observed_at,
        load_id,
        try_cast(value as bigint) as view_count
    from {{ ref('stg_discourse__topic_history') }}
    where field = 'view_count' and value is not null and observed_at <= {{ as_of() }}

),

loads as (

    select
        source_name,
        extracted_until
    from {{ ref('stg_operations__loads') }}
    where vendor = 'discourse' and stream = 'topics' and extracted_until <= {{ as_of() }}

),

first_looks as (

    select
        source_name,
        min(observed_at) as first_at
    from looks
    group by source_name

),

-- What rose before the first look nobody saw; the first day tells no rise.
observed_months as (

    select distinct
        loads.source_name,
        {{ local_month('loads.extracted_until') }} as month
    from loads
    inner join first_looks on loads.source_name = first_looks.source_name
    where {{ local_date('loads.extracted_until') }} > {{ local_date('first_looks.first_at') }}

),

steps as (

    select
        looks.source_name,
        looks.topic_id,
        looks.observed_at,
        looks.view_count,
        lag(looks.view_count) over (
            partition by looks.source_name, looks.topic_id order by looks.observed_at, looks.load_id
        ) as view_count_before,
        first_looks.first_at
    from looks
    inner join first_looks on looks.source_name = first_looks.source_name

),

-- A topic opened since the first look had no views then.
rises as (

    select
        steps.source_name,
        {{ local_month('steps.observed_at') }} as month,
        coalesce(solutions.solved_at <= steps.observed_at, false) as is_solved,
        greatest(
            steps.view_count
            - coalesce(
                steps.view_count_before,
                case when topics.opened_at > steps.first_at then 0 else steps.view_count end
            ),
            0
        ) as rise
    from steps
    inner join {{ ref('int_topics__unioned') }} as topics
        on
            steps.source_name = topics.source_name
            and steps.topic_id = topics.topic_id
    left join {{ ref('int_topic_solutions__dated') }} as solutions on topics.topic_key = solutions.topic_key
    where not topics.is_private_message

),

summed as (

    select
        source_name,
        month,
        sum(rise) as views,
        sum(case when is_solved then rise else 0 end) as solved_topic_views
    from rises
    group by source_name, month

)

select
    observed_months.source_name,
    observed_months.month,
    cast(coalesce(summed.views, 0) as bigint) as views,
    cast(coalesce(summed.solved_topic_views, 0) as bigint) as solved_topic_views
from observed_months
left join summed
    on
        observed_months.source_name = summed.source_name
        and observed_months.month = summed.month
