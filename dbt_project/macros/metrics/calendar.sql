{#- Periods as the community sees them, cut in `reporting_timezone`. -#}

{#- The instant at which a local date begins. -#}
{% macro local_midnight(day) -%}
    {{ return(adapter.dispatch('local_midnight')(day)) }}
{%- endmacro %}

{% macro duckdb__local_midnight(day) -%}
    timezone('{{ var("reporting_timezone") }}', cast({{ day }} as timestamp))
{%- endmacro %}

{#-
Whole days elapsed: the floor of the time between, never below 0 (merges and imports stamp answers before questions); null
if one of the instants is.
-#}
{% macro whole_days(earlier, later) -%}
    cast(case when {{ later }} < {{ earlier }} then 0 else floor(({{ seconds_between(earlier, later) }}) / 86400) end as integer)
{%- endmacro %}

{#- Minutes elapsed, with fractions. -#}
{% macro minutes_between(earlier, later) -%}
    (({{ seconds_between(earlier, later) }}) / 60)
{%- endmacro %}

{#-
The instant up to which everything could be seen. A daily build looks up to the coming midnight, so that a second one
says the same; the day under way is not over for that, nor is the month it ends.
-#}
{% macro known_until() -%}
    {%- if given_instant('known_until') -%}
        least({{ parse_timestamp("'" ~ given_instant('known_until') ~ "'") }}, {{ as_of() }})
    {%- elif given_instant('as_of') -%}
        {{ as_of() }}
    {%- else -%}
        {{ parse_timestamp("'" ~ run_started_at.strftime('%Y-%m-%d') ~ " 00:00:00+00:00'") }}
    {%- endif -%}
{%- endmacro %}

{#- The month beginning on this day has begun. -#}
{% macro is_month_begun(month) -%}
    ({{ local_midnight(month) }} <= {{ known_until() }})
{%- endmacro %}

{#- The month beginning on this day is over. -#}
{% macro is_month_complete(month) -%}
    ({{ local_midnight(add_months(month, 1)) }} <= {{ known_until() }})
{%- endmacro %}

{#- The month ended at least 30 days ago, so late likes and accepted answers have mostly arrived. -#}
{% macro is_month_settled(month) -%}
    ({{ add_days(local_midnight(add_months(month, 1)), 30) }} <= {{ known_until() }})
{%- endmacro %}

{#- What holds from one instant until before another held last, or holds still, at as_of. -#}
{% macro holds_at_last(starts_at, ends_at) -%}
    ({{ starts_at }} < {{ as_of() }} and {{ ends_at }} >= {{ as_of() }})
{%- endmacro %}
