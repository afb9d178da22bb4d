{#- An expression that ends the query with this text as its error, as soon as a row reaches it. -#}
{% macro stop_with(message) -%}
    {{ return(adapter.dispatch('stop_with')(message)) }}
{%- endmacro %}

{% macro duckdb__stop_with(message) -%}
    error({{ message }})
{%- endmacro %}
