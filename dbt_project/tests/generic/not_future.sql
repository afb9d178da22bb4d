{#- Fails with each instant after the one up to which the marts look (`as_of`). -#}
{% test not_future(model, column_name) %}

    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} > {{ as_of() }}

{% endtest %}
