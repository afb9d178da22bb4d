-- A trophy for something nobody counts would never be earned, and nobody would know why.
{% set known = trophy_metrics() %}
select *
from {{ ref('trophies') }}
where
    case
        when metric not in ('{{ known | join("', '") }}')
            then {{ stop_with(
                "'seeds/trophies.csv: the trophy ' || trophy || ' asks for ' || metric || ', which is not counted. Counted are "
                ~ known | join(', ') ~ ".'"
            ) }} is not null
        else false
    end
