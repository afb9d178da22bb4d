{#- Reading times in staging; what marts compute with them is in macros/metrics. -#}

{#- ISO 8601 text as an instant; null if the text is null. -#}
{% macro parse_timestamp(expression) -%}
    {{ return(adapter.dispatch('parse_timestamp')(expression)) }}
{%- endmacro %}

{% macro duckdb__parse_timestamp(expression) -%}
    cast({{ expression }} as timestamptz)
{%- endmacro %}

{#- Seconds since 1970 as an instant. -#}
{% macro from_epoch(expression) -%}
    {{ return(adapter.dispatch('from_epoch')(expression)) }}
{%- endmacro %}

{% macro duckdb__from_epoch(expression) -%}
    to_timestamp({{ expression }})
{%- endmacro %}
