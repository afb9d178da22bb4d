{#-
Fails with each row for which the statement about the column is false. A null is not false: say `is not distinct from`,
or name the nulls, where a missing value would be a fault. It may look at other rows by a window.

A statement that looks into other tables names them as {table} and lists them in `tables`. With ref() in the statement the
docs would show the test beside the columns of the other table: they go by the first table that a test depends on.
-#}
{% test holds(model, column_name, statement, tables=[]) %}

    {%- set rule = namespace(statement=statement) %}
    {%- for table in tables %}
        {%- set rule.statement = rule.statement | replace("{" ~ table ~ "}", ref(table) | string) %}
    {%- endfor %}

    select judged.{{ column_name }}
    from
        (
            select
                {{ column_name }},
                ({{ rule.statement }}) as is_so
            from {{ model }}
        ) as judged
    where not judged.is_so

{% endtest %}
