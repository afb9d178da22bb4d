{#- Fails with each text that the pattern (RE2) does not match as a whole. -#}
{% test matches(model, column_name, pattern) %}

    select {{ column_name }}
    from {{ model }}
    where not regexp_full_match({{ column_name }}, '{{ pattern | replace("'", "''") }}')

{% endtest %}
