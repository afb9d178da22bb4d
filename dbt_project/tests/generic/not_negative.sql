{#- Fails with each value that is below zero, infinite or no number. -#}
{% test not_negative(model, column_name) %}

    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} < 0 or not isfinite(cast({{ column_name }} as double))

{% endtest %}
