{#-
Means of fractions. Sums of them differ in the last digit by the order of summing, and engines sum in any order: two
builds of the same data would not be equal. Here the order is that of a key.
-#}

{#- Aggregate: the mean of an expression, nulls apart. -#}
{% macro ordered_mean(expression, key) -%}
    {{ return(adapter.dispatch('ordered_mean')(expression, key)) }}
{%- endmacro %}

{% macro duckdb__ordered_mean(expression, key) -%}
    list_avg(list({{ expression }} order by {{ key }}))
{%- endmacro %}

{#- Aggregate: the standard deviation of a sample; null below two. -#}
{% macro ordered_deviation(expression, key) -%}
    {{ return(adapter.dispatch('ordered_deviation')(expression, key)) }}
{%- endmacro %}

{% macro duckdb__ordered_deviation(expression, key) -%}
    list_stddev_samp(list({{ expression }} order by {{ key }}))
{%- endmacro %}

{#- Aggregate: the sum of an expression, nulls apart; null of nothing. -#}
{% macro ordered_sum(expression, key) -%}
    {{ return(adapter.dispatch('ordered_sum')(expression, key)) }}
{%- endmacro %}

{% macro duckdb__ordered_sum(expression, key) -%}
    list_sum(list({{ expression }} order by {{ key }}))
{%- endmacro %}
