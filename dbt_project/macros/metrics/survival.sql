{#-
Time-to-event estimates over open cases (Kaplan–Meier 1958; Aalen–Johansen 1978), as window expressions.
One input row is one distinct duration of a group, with how many were still waiting, how many got there
and how many left by another door at that duration. Without competing events Aalen–Johansen is 1 − Kaplan–Meier.
-#}

{#- Share still waiting after this duration. -#}
{% macro still_waiting(events, at_risk, group_by, duration) -%}
    {{ return(adapter.dispatch('still_waiting')(events, at_risk, group_by, duration)) }}
{%- endmacro %}

{% macro duckdb__still_waiting(events, at_risk, group_by, duration) -%}
    product(({{ at_risk }} - ({{ events }})) / cast({{ at_risk }} as double))
    over (partition by {{ group_by }} order by {{ duration }} rows between unbounded preceding and current row)
{%- endmacro %}

{#- Estimates carry rounding noise in the 16th digit; a threshold met but for it counts as met. -#}
{% macro reaches(estimate, threshold) -%}
    ({{ estimate }} >= {{ threshold }} - 1e-12)
{%- endmacro %}
