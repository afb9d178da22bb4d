{%- set stages = ['enrolled', 'active', 'completed', 'exam_eligible', 'certified'] -%}
with

steps as (

    select
        member_key,
        course,
        {{ local_month('occurred_at') }} as month,
        case event
            when 'enrolled' then 0
            when 'module_completed' then 1
            when 'completed' then 2
            when 'exam_eligible' then 3
            when 'certified' then 4
        end as stage_rank
    from {{ ref('int_certifications__unioned') }}

),

grouped as (

    select * from steps
    union all
    select
        member_key,
        'all' as course,
        month,
        stage_rank
    from steps

),

-- A later stage implies the earlier ones.
reached as (

    select
        member_key,
        course,
        {%- for stage in stages %}
        min(case when stage_rank >= {{ loop.index0 }} then month end) as {{ stage }}_month,
        {%- endfor %}
        {%- for stage in stages %}
        min(case when stage_rank = {{ loop.index0 }} then month end) as {{ stage }}_told_month
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from grouped
    group by member_key, course

),

arrivals as (

    {% for stage in stages -%}
    select
        course,
        {{ stage }}_month as month,
        '{{ stage }}' as stage,
        count(*) as members
    from reached
    where {{ stage }}_month is not null
    group by course, {{ stage }}_month
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}
),

-- From when on a course tells of a stage by itself: before, all who reached it are those who went further.
courses as (

    select
        course,
        min(enrolled_month) as first_month,
        {%- for stage in stages %}
        min({{ stage }}_told_month) as {{ stage }}_told_month
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from reached
    group by course

),

course_months as (

    select
        courses.*,
        months.month
    from courses
    {{ months_from_to('courses.first_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

learners as (

    select
        course,
        month,
        count(distinct member_key) as learners
    from grouped
    group by course, month

),

monthly as (

    select
        course_months.course,
        course_months.month,
        {%- for stage in stages %}
        coalesce(max(case when arrivals.stage = '{{ stage }}' then arrivals.members end), 0) as newly_{{ stage }},
        max(course_months.{{ stage }}_told_month <= course_months.month) as is_{{ stage }}_told,
        {%- endfor %}
        coalesce(max(learners.learners), 0) as monthly_learners
    from course_months
    left join arrivals
        on
            course_months.course = arrivals.course
            and course_months.month = arrivals.month
    left join learners
        on
            course_months.course = learners.course
            and course_months.month = learners.month
    group by course_months.course, course_months.month

),

cumulative as (

    select
        *,
        {%- for stage in stages %}
        cast(sum(newly_{{ stage }}) over so_far as bigint) as {{ stage }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from monthly
    window so_far as (partition by course order by month rows between unbounded preceding and current row)

)

select
    course,
    month,
    monthly_learners,
    {%- for stage in stages %}
    newly_{{ stage }},
    {%- endfor %}
    {%- for stage in stages %}
    {{ stage }},
    {%- endfor %}
    case when is_enrolled_told then active / cast(enrolled as double) end as active_ratio,
    case when is_active_told then completed / cast(active as double) end as completed_ratio,
    case when is_active_told then exam_eligible / cast(active as double) end as exam_eligible_ratio,
    case when is_active_told then certified / cast(active as double) end as certified_ratio,
    case when is_completed_told then certified / cast(completed as double) end as certified_of_completed_ratio,
    case when is_exam_eligible_told then certified / cast(exam_eligible as double) end as certified_of_eligible_ratio,
    {{ is_month_complete('month') }} as is_complete
from cumulative
