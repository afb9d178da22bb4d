{#-
One end of the 95 % interval of a share (Wilson 1927): honest for small groups, never below 0 or above 1. `side` is low
or high; null of none.
-#}
{% macro wilson_bound(counted, total, side) -%}
    {{ return(adapter.dispatch('wilson_bound')(counted, total, side)) }}
{%- endmacro %}

{% macro default__wilson_bound(counted, total, side) -%}
    {%- set z = '1.959963984540054' -%}
    case
        when {{ total }} > 0
            then {{ 'greatest' if side == 'low' else 'least' }}(
                (
                    {{ counted }} + {{ z }} * {{ z }} / 2
                    {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt(
                        {{ counted }} * ({{ total }} - {{ counted }}) / cast({{ total }} as double) + {{ z }} * {{ z }} / 4
                    )
                ) / ({{ total }} + {{ z }} * {{ z }}),
                {{ '0.0' if side == 'low' else '1.0' }}
            )
    end
{%- endmacro %}
