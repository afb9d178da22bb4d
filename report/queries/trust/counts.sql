-- Sources, checks and refused values, in one line.
with latest as (
    select * from data_quality_results where stamp = (select max(stamp) from data_quality_results)
),

checks as (
    select
        count(*) as checks,
        count(*) filter (where success) as held,
        count(*) filter (where not success) as unusual
    from latest
),

sources as (
    select
        count(*) filter (where status <> 'absent') as sources,
        count(*) filter (where status = 'ok') as fresh,
        max(data_until) as data_until,
        coalesce(sum(rejected_value_count), 0) as rejected
    from source_freshness
)

select * from checks cross join sources
