-- A trophy for something nobody counts would never be earned, and nobody would know why.
select
    {{ stop_with(
        "'seeds/trophies.csv: trophy ' || trophy || ' has the metric ' || metric || ', which is not counted. Known are: "
        ~ trophy_metrics() | join(', ') ~ '.'''
    ) }} as failure
from {{ ref('trophies') }}
where metric not in ('{{ trophy_metrics() | join("', '") }}')
