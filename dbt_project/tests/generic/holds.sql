{#-
Fails with each row for which the statement about the column is false. A null is not false: say `is not distinct from`,
or name the nulls, where a missing value would be a fault.
-#}
{% test holds(model, column_name, statement) %}

    select {{ column_name }}
    from {{ model }}
    where not ({{ statement }})

{% endtest %}
