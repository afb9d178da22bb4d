{#- Lists of text. -#}

{#- Whether a list holds a text; a null list holds nothing. -#}
{% macro list_holds(list, text) -%}
    {{ return(adapter.dispatch('list_holds')(list, text)) }}
{%- endmacro %}

{% macro duckdb__list_holds(list, text) -%}
    coalesce(list_contains({{ list }}, {{ text }}), false)
{%- endmacro %}

{#- In a from clause: one row per element of a list, as a column `item` of the relation `alias`. -#}
{% macro unnest_list(list, alias) -%}
    {{ return(adapter.dispatch('unnest_list')(list, alias)) }}
{%- endmacro %}

{% macro duckdb__unnest_list(list, alias) -%}
    cross join unnest({{ list }}) as {{ alias }} (item)
{%- endmacro %}

{#- A list of numbers that stands in a text column, as in `[4, 12]`. -#}
{% macro number_list(text) -%}
    {{ return(adapter.dispatch('number_list')(text)) }}
{%- endmacro %}

{% macro duckdb__number_list(text) -%}
    try_cast({{ text }} as bigint [])
{%- endmacro %}

{#- A list of one element. -#}
{% macro list_of(element) -%}
    {{ return(adapter.dispatch('list_of')(element)) }}
{%- endmacro %}

{% macro duckdb__list_of(element) -%}
    [{{ element }}]
{%- endmacro %}
