{#- Times. Instants are UTC; calendar months are cut in the project's reporting time zone. -#}

{#-
A date the build is given: the variable, or else the environment's LODESTAR_<NAME>. dbt parses the whole project again
whenever a variable changes, so what changes every day comes by the environment, and is not looked at while parsing.
-#}
{% macro given_instant(name) -%}
    {{ return(var(name) or (env_var('LODESTAR_' ~ name | upper, '') if execute else none)) }}
{%- endmacro %}

{#- The instant up to which the marts look: `as_of` as given, or the UTC midnight after the run's start. -#}
{% macro as_of() -%}
    {%- if given_instant('as_of') -%}
        {{ parse_timestamp("'" ~ given_instant('as_of') ~ "'") }}
    {%- else -%}
        {%- set tomorrow = run_started_at + modules.datetime.timedelta(days=1) -%}
        {{ parse_timestamp("'" ~ tomorrow.strftime('%Y-%m-%d') ~ " 00:00:00+00:00'") }}
    {%- endif -%}
{%- endmacro %}

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

{#- Day of an instant in the reporting time zone. -#}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_date(instant) -%}
    cast(timezone('{{ var("reporting_timezone") }}', {{ instant }}) as date)
{%- endmacro %}

{#- First day of the month of an instant in the reporting time zone. -#}
{% macro local_month(instant) -%}
    {{ return(adapter.dispatch('local_month')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_month(instant) -%}
    cast(date_trunc('month', timezone('{{ var("reporting_timezone") }}', {{ instant }})) as date)
{%- endmacro %}

{#- An instant or a date plus a number of days. -#}
{% macro add_days(moment, days) -%}
    {{ return(adapter.dispatch('add_days')(moment, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(moment, days) -%}
    ({{ moment }} + to_days(cast({{ days }} as integer)))
{%- endmacro %}

{#- A date plus a number of calendar months, as a date. -#}
{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch('add_months')(day, months)) }}
{%- endmacro %}

{% macro duckdb__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{#- Calendar months between two first days of months. -#}
{% macro months_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('months_between')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__months_between(first_day, last_day) -%}
    datediff('month', {{ first_day }}, {{ last_day }})
{%- endmacro %}

{#- Seconds between two instants, with fractions. -#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1000000.0
{%- endmacro %}

{#- Hours between two instants, with fractions. -#}
{% macro hours_between(earlier, later) -%}
    ({{ seconds_between(earlier, later) }}) / 3600
{%- endmacro %}

{#- In a from clause: one row per month from one date to another, both included, as a date column `month`. -#}
{% macro months_from_to(first_day, last_day, alias) -%}
    {{ return(adapter.dispatch('months_from_to')(first_day, last_day, alias)) }}
{%- endmacro %}

{% macro duckdb__months_from_to(first_day, last_day, alias) -%}
    cross join lateral (
        select cast(step as date) as month
        from unnest(generate_series(
            cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), to_months(1)
        )) as steps (step)
    ) as {{ alias }}
{%- endmacro %}

{#- Calendar year of an instant in the reporting time zone, as text. -#}
{% macro local_year(instant) -%}
    cast(extract(year from {{ local_date(instant) }}) as string)
{%- endmacro %}

{#- In a from clause: one row per day from one date to another, both included, as a date column `day`. -#}
{% macro days_from_to(first_day, last_day, alias) -%}
    {{ return(adapter.dispatch('days_from_to')(first_day, last_day, alias)) }}
{%- endmacro %}

{% macro duckdb__days_from_to(first_day, last_day, alias) -%}
    cross join lateral (
        select cast(step as date) as day
        from unnest(generate_series(
            cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), to_days(1)
        )) as steps (step)
    ) as {{ alias }}
{%- endmacro %}
