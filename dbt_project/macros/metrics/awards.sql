{#- A part of the award score on a logarithmic scale: 0 for nothing, 1 for as much as the best, no more than 1. Null without a best. -#}
{% macro log_scaled(amount, best) -%}
    (case when {{ best }} > 0 then least(ln(1 + {{ amount }}) / ln(1 + {{ best }}), 1) end)
{%- endmacro %}
