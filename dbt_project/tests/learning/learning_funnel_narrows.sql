-- Months in which more people are far than have come on the way there, or fewer than the month before.
with

in_time as (

    select
        *,
        lag(certified) over (partition by course order by month) as certified_before
    from {{ ref('learning_funnel') }}

)

select * from in_time
where
    active > enrolled
    or completed > active
    or exam_eligible > completed
    or certified > exam_eligible
    or certified < certified_before
