{#- A group of people whose help is valued together, as in `program:experts:fellow` or `staff::staff`. -#}
{% macro group_key(standing, program, member_group) -%}
    {{ standing }} || ':' || coalesce({{ program }}, '') || ':' || {{ member_group }}
{%- endmacro %}
