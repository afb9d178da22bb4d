{#-
Fails with each value below `min` or above `max`; either may be left out, and each may be SQL over the row, as in
`max: members`. NaN is above everything.
-#}
{% test within(model, column_name, min=none, max=none) %}

    {% if min is none and max is none %}
        {{ exceptions.raise_compiler_error("within needs min or max: " ~ model ~ ", " ~ column_name) }}
    {% endif %}
    select {{ column_name }}
    from {{ model }}
    where
        false
        {% if min is not none %}or {{ column_name }} < ({{ min }}){% endif %}
        {% if max is not none %}or {{ column_name }} > ({{ max }}){% endif %}

{% endtest %}
