{#- A number as people read it in a sentence: rounded to a whole one. For display only. -#}
{% macro whole_number(number) -%}
    cast(cast(round({{ number }}) as bigint) as string)
{%- endmacro %}
