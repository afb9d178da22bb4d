{#- Numbers, months and days in sentences: the only place where figures are rounded. -#}

{#- A number with so many digits after the point, as in `31.5`. -#}
{% macro number_text(number, digits=0) -%}
    {{ return(adapter.dispatch('number_text')(number, digits)) }}
{%- endmacro %}

{% macro duckdb__number_text(number, digits) -%}
    format('{{ "{:,." ~ digits ~ "f}" }}', cast({{ number }} as double))
{%- endmacro %}

{#- A share of 0 to 1 as in `43 %`. -#}
{% macro percent_text(ratio) -%}
    ({{ number_text('100 * (' ~ ratio ~ ')') }} || ' %')
{%- endmacro %}

{#- A count with its noun in the right number, as in `1 answer` or `3 answers`. -#}
{% macro count_text(count, singular, plural=none) -%}
    ({{ number_text(count) }} || case when {{ count }} = 1 then ' {{ singular }}' else ' {{ plural or singular ~ "s" }}' end)
{%- endmacro %}

{#- A time that was waited, as in `less than an hour`, `31 hours` or, from two days on, `3 days`. -#}
{% macro hours_text(hours) -%}
    case
        when {{ hours }} < 1 then 'less than an hour'
        when {{ hours }} < 48 then {{ count_text('floor(' ~ hours ~ ')', 'hour') }}
        else {{ count_text('floor(' ~ hours ~ ' / 24)', 'day') }}
    end
{%- endmacro %}

{#- A month as in `March 2026`. -#}
{% macro month_text(month) -%}
    {{ return(adapter.dispatch('month_text')(month)) }}
{%- endmacro %}

{% macro duckdb__month_text(month) -%}
    strftime({{ month }}, '%B %Y')
{%- endmacro %}

{#- A day as in `7 March 2026`. -#}
{% macro day_text(day) -%}
    {{ return(adapter.dispatch('day_text')(day)) }}
{%- endmacro %}

{% macro duckdb__day_text(day) -%}
    strftime({{ day }}, '%-d %B %Y')
{%- endmacro %}
