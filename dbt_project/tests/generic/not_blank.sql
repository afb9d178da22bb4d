{#- Fails with each text without a visible character. -#}
{% test not_blank(model, column_name) %}

    select {{ column_name }}
    from {{ model }}
    where regexp_full_match({{ column_name }}, '\s*')

{% endtest %}
