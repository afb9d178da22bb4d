{#-
Fails with each row for which the statement about the column is false; it may look at other rows by a window. A null is
not false: say `is not distinct from`, or name the nulls, where a missing value would be a fault.
-#}
{% test holds(model, column_name, statement) %}

    select judged.{{ column_name }}
    from
        (
            select
                {{ column_name }},
                {{ statement }} as is_so
            from {{ model }}
        ) as judged
    where not judged.is_so

{% endtest %}
