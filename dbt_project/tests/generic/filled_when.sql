{#- Fails with each row where the column is filled although the condition is not met, or null although it is. -#}
{% test filled_when(model, column_name, condition) %}

    select {{ column_name }}
    from {{ model }}
    where ({{ column_name }} is not null) <> coalesce(({{ condition }}), false)

{% endtest %}
