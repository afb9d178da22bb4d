{#- Looking back from the build's date. -#}

{#- The last day that as_of lets in: a build of 5 May looks up to the midnight that ends it, and its last day is 5 May. -#}
{% macro last_day() -%}
    {{ local_date(last_instant()) }}
{%- endmacro %}

{#- The last instant before as_of. -#}
{% macro last_instant() -%}
    {{ return(adapter.dispatch('last_instant')()) }}
{%- endmacro %}

{% macro duckdb__last_instant() -%}
    ({{ as_of() }} - to_microseconds(1))
{%- endmacro %}

{#- The same time of day a number of calendar months earlier, by the clocks of the reporting time zone. -#}
{% macro months_before(instant, months) -%}
    {{ return(adapter.dispatch('months_before')(instant, months)) }}
{%- endmacro %}

{% macro duckdb__months_before(instant, months) -%}
    timezone(
        '{{ var("reporting_timezone") }}',
        timezone('{{ var("reporting_timezone") }}', {{ instant }}) - to_months({{ months }})
    )
{%- endmacro %}
