{#-
Business time: seconds within the hours that the seed `business_hours` gives a schedule. An instant's place on a
schedule's clock is how many microseconds were open before it; the open time between two instants is the difference
of their places, so that nothing is added up twice or rounded.
-#}

{#- The schedule that is open around the clock, every day; it needs no rows. -#}
{% macro around_the_clock() -%}
    '24x7'
{%- endmacro %}

{#- Minutes since midnight of a time of day as in `09:30` or `24:00`; null if it is none. -#}
{% macro minutes_of_day(text) -%}
    {{ return(adapter.dispatch('minutes_of_day')(text)) }}
{%- endmacro %}

{% macro duckdb__minutes_of_day(text) -%}
    case
        when regexp_full_match({{ text }}, '([01]?\d|2[0-3]):[0-5]\d|24:00')
            then cast(split_part({{ text }}, ':', 1) as integer) * 60 + cast(split_part({{ text }}, ':', 2) as integer)
    end
{%- endmacro %}

{#- Number of a date's weekday, Monday 1 to Sunday 7. -#}
{% macro weekday_number(day) -%}
    {{ return(adapter.dispatch('weekday_number')(day)) }}
{%- endmacro %}

{% macro duckdb__weekday_number(day) -%}
    isodow({{ day }})
{%- endmacro %}

{#- A date and minutes since its midnight, as a time without zone. -#}
{% macro time_of_day(day, minutes) -%}
    {{ return(adapter.dispatch('time_of_day')(day, minutes)) }}
{%- endmacro %}

{% macro duckdb__time_of_day(day, minutes) -%}
    (cast({{ day }} as timestamp) + to_minutes({{ minutes }}))
{%- endmacro %}

{#- The instant of a local time, if the offset from UTC is the one that the zone has a number of days later. -#}
{% macro instant_by_offset(zone, local_time, days) -%}
    {{ return(adapter.dispatch('instant_by_offset')(zone, local_time, days)) }}
{%- endmacro %}

{% macro duckdb__instant_by_offset(zone, local_time, days) -%}
    {%- set other -%} (timezone('UTC', {{ local_time }}) + to_days({{ days }})) {%- endset -%}
    (timezone('UTC', {{ local_time }}) - (timezone({{ zone }}, {{ other }}) - timezone('UTC', {{ other }})))
{%- endmacro %}

{#-
The instant of a local time, of its two guesses (`instant_by_offset` a day back and a day ahead): an ambiguous time
is the earlier or later of both (`pick` least or greatest), one that clocks skip is the first instant after the gap.
-#}
{% macro instant_of_guesses(zone, local_time, before, after, pick) -%}
    {{ return(adapter.dispatch('instant_of_guesses')(zone, local_time, before, after, pick)) }}
{%- endmacro %}

{% macro duckdb__instant_of_guesses(zone, local_time, before, after, pick) -%}
    case
        when {{ before }} = {{ after }} then {{ before }}
        when timezone({{ zone }}, {{ before }}) = {{ local_time }} and timezone({{ zone }}, {{ after }}) = {{ local_time }}
            then {{ pick }}({{ before }}, {{ after }})
        when timezone({{ zone }}, {{ before }}) = {{ local_time }} then {{ before }}
        when timezone({{ zone }}, {{ after }}) = {{ local_time }} then {{ after }}
        else list_min(list_filter(
            generate_series({{ after }}, {{ before }}, to_minutes(1)),
            lambda moment: timezone({{ zone }}, moment) > {{ local_time }}
        ))
    end
{%- endmacro %}

{#- Microseconds between two instants. -#}
{% macro microseconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('microseconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__microseconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{#- Of each instant the last interval that had begun: `asof_join(of)` in a from clause, then an `on` with one inequality. -#}
{% macro asof_left_join(relation) -%}
    {{ return(adapter.dispatch('asof_left_join')(relation)) }}
{%- endmacro %}

{% macro duckdb__asof_left_join(relation) -%}
    asof left join {{ relation }}
{%- endmacro %}

{#- Open microseconds from one place of a schedule's clock to another; calendar ones where there is no schedule. -#}
{% macro open_microseconds(earlier, later, earlier_clock, later_clock, schedule) -%}
    case
        when {{ schedule }} = {{ around_the_clock() }} then {{ microseconds_between(earlier, later) }}
        else {{ later_clock }} - {{ earlier_clock }}
    end
{%- endmacro %}

{#- Microseconds as minutes, with fractions. -#}
{% macro as_minutes(microseconds) -%}
    (({{ microseconds }}) / 60000000.0)
{%- endmacro %}

{#- Microseconds as hours, with fractions. -#}
{% macro as_hours(microseconds) -%}
    (({{ microseconds }}) / 3600000000.0)
{%- endmacro %}

{#- A status in which a ticket waits for somebody. -#}
{% macro is_live_status(status) -%}
    ({{ status }} not in ('solved', 'closed', 'deleted'))
{%- endmacro %}

{#- In a from clause: the time zones that the engine knows, as a column `name`. -#}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones')()) }}
{%- endmacro %}

{% macro duckdb__known_time_zones() -%}
    pg_timezone_names()
{%- endmacro %}
