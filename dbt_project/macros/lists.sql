{#- Lists and keys. -#}

{#- Whether a list of text holds a text; null lists hold nothing. -#}
{% macro list_holds(list, text) -%}
    {{ return(adapter.dispatch('list_holds')(list, text)) }}
{%- endmacro %}

{% macro duckdb__list_holds(list, text) -%}
    coalesce(list_contains({{ list }}, {{ text }}), false)
{%- endmacro %}

{#- Distinct values of a group as a sorted list. -#}
{% macro sorted_list(expression) -%}
    {{ return(adapter.dispatch('sorted_list')(expression)) }}
{%- endmacro %}

{% macro duckdb__sorted_list(expression) -%}
    list_sort(list_distinct(list({{ expression }})))
{%- endmacro %}

{#- In a from clause: one row per element of a list, as a column `item` of the relation `alias`. -#}
{% macro unnest_list(list, alias) -%}
    {{ return(adapter.dispatch('unnest_list')(list, alias)) }}
{%- endmacro %}

{% macro duckdb__unnest_list(list, alias) -%}
    cross join unnest({{ list }}) as {{ alias }} (item)
{%- endmacro %}

{#- A key of ours (32 hex digits) from columns that together identify a row; nulls count as empty text. -#}
{% macro key_of(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as string), ''){% endfor %}))
{%- endmacro %}
