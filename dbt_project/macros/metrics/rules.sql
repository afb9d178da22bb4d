{#- A seed rule holds on this day: from `valid_from` to `valid_to`, both included; an empty end is open. -#}
{% macro holds_on(day, valid_from, valid_to) -%}
    ({{ day }} >= coalesce({{ valid_from }}, date '0001-01-01') and {{ day }} <= coalesce({{ valid_to }}, date '9999-12-31'))
{%- endmacro %}

{#- A name as people compare it: lower case, everything but letters and digits as one space. -#}
{% macro normalised_name(name) -%}
    {{ return(adapter.dispatch('normalised_name')(name)) }}
{%- endmacro %}

{% macro duckdb__normalised_name(name) -%}
    trim(regexp_replace(lower({{ name }}), '[^\p{L}\p{N}]+', ' ', 'g'))
{%- endmacro %}

{#- Vendors number their records, yet ids travel as text: this orders 9 before 10. -#}
{% macro id_order(id) -%}
    {{ return(adapter.dispatch('id_order')(id)) }}
{%- endmacro %}

{% macro duckdb__id_order(id) -%}
    coalesce(try_cast({{ id }} as bigint), 9223372036854775807)
{%- endmacro %}

{#- A short name for people whose own name is not kept. -#}
{% macro short_key(text) -%}
    substr(md5({{ text }}), 1, 6)
{%- endmacro %}
