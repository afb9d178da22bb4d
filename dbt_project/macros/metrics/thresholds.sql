{#-
Thresholds of the seed `space_thresholds` as columns of one row a day. `days` is a relation with the column `day`; a
threshold without a row that holds on that day is null, and then nothing meets it.
-#}
{% macro space_thresholds_on(days, names) -%}
    select
        days.day,
        {% for name in names -%}
        max(case when rules.threshold = '{{ name }}' then rules.value end) as {{ name }}{{ "," if not loop.last }}
        {% endfor -%}
    from {{ days }} as days
    left join {{ ref('space_thresholds') }} as rules
        on {{ holds_on('days.day', 'rules.valid_from', 'rules.valid_to') }}
    group by days.day
{%- endmacro %}
