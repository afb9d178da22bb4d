{#-
Fails with each value below `min` or above `max`; either may be left out, and each may be SQL over the row, as in
`max: members`. A sum of fractions may miss a number by a hair, which is no fault. NaN is above everything.
-#}
{% test within(model, column_name, min=none, max=none) %}

    {% if min is none and max is none %}
        {{ exceptions.raise_compiler_error("within needs min or max: " ~ model ~ ", " ~ column_name) }}
    {% endif %}
    select {{ column_name }}
    from {{ model }}
    where
        false
        {% if min is not none %}or {{ column_name }} < ({{ min }}{{ ' - 1e-9' if min is number }}){% endif %}
        {% if max is not none %}or {{ column_name }} > ({{ max }}{{ ' + 1e-9' if max is number }}){% endif %}

{% endtest %}
