{#- Fails with each period said not to be over (or settled) though a later one is. -#}
{% test complete_in_order(model, column_name, period) %}

    select {{ period }}
    from {{ model }}
    where
        not {{ column_name }}
        and {{ period }} < (select max(later.{{ period }}) from {{ model }} as later where later.{{ column_name }})

{% endtest %}
