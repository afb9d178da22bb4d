{#- Periods as the community sees them, cut in `reporting_timezone`. -#}

{#- The instant at which a local date begins. -#}
{% macro local_midnight(day) -%}
    {{ return(adapter.dispatch('local_midnight')(day)) }}
{%- endmacro %}

{% macro duckdb__local_midnight(day) -%}
    timezone('{{ var("reporting_timezone") }}', cast({{ day }} as timestamp))
{%- endmacro %}

{#- Whole days elapsed: the floor of the time between, never below 0 (merges and imports stamp answers before questions). -#}
{% macro whole_days(earlier, later) -%}
    cast(greatest(floor(({{ seconds_between(earlier, later) }}) / 86400), 0) as integer)
{%- endmacro %}

{#- Minutes elapsed, with fractions. -#}
{% macro minutes_between(earlier, later) -%}
    (({{ seconds_between(earlier, later) }}) / 60)
{%- endmacro %}

{#- The month beginning on this day is over at as_of. -#}
{% macro is_month_complete(month) -%}
    ({{ local_midnight(add_months(month, 1)) }} <= {{ as_of() }})
{%- endmacro %}

{#- The month ended at least 30 days before as_of, so late likes and accepted answers have mostly arrived. -#}
{% macro is_month_settled(month) -%}
    ({{ add_days(local_midnight(add_months(month, 1)), 30) }} <= {{ as_of() }})
{%- endmacro %}
