{#- Calendar days between two instants, as a wall calendar counts them: a change of clocks takes no day away. -#}
{% macro calendar_days_between(earlier, later) -%}
    {{ days_between(local_date(earlier), local_date(later)) }}
{%- endmacro %}

{#- Days from one date to another. -#}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    cast(datediff('day', {{ first_day }}, {{ last_day }}) as integer)
{%- endmacro %}

{#- The instant a year before the build's date: what happened from then on are its last 12 months. -#}
{% macro a_year_ago() -%}
    {{ local_midnight(add_months(local_date(as_of()), -12)) }}
{%- endmacro %}

{#- First day of the last month that is over. -#}
{% macro last_complete_month() -%}
    {{ add_months(local_month(known_until()), -1) }}
{%- endmacro %}
