-- The table's form. Its rows come at the end of a build, once the metrics are computed: warehouse/restatements.py
-- compares them with those of the current release.
-- depends_on: {{ ref('metric_values') }}
select
    cast(null as string) as metric_name,
    cast(null as string) as label,
    cast(null as string) as marts,
    cast(null as date) as month,
    cast(null as string) as unit,
    cast(null as string) as last_release,
    cast(null as double) as last_value,
    cast(null as double) as value,
    cast(null as double) as change,
    cast(null as double) as change_ratio
where false
