{#-
How much of the whole stands with a few: shares of posts over spaces, of accepts over people. Aggregate expressions over
one row per holder with what it holds; window expressions where said. Null where nothing is held.
-#}

{#- Herfindahl–Hirschman index: the sum of squared shares; 1 if one holds all. Its inverse is the effective number. -#}
{% macro herfindahl(counts) -%}
    {{ return(adapter.dispatch('herfindahl')(counts)) }}
{%- endmacro %}

{% macro default__herfindahl(counts) -%}
    (sum(cast({{ counts }} as double) * {{ counts }}) / nullif(power(sum(cast({{ counts }} as double)), 2), 0))
{%- endmacro %}

{#- The chance that two of the N things drawn without putting back are one holder's (Simpson): free of the bias of small N. -#}
{% macro herfindahl_unbiased(counts) -%}
    {{ return(adapter.dispatch('herfindahl_unbiased')(counts)) }}
{%- endmacro %}

{% macro default__herfindahl_unbiased(counts) -%}
    (
        sum(cast({{ counts }} as double) * ({{ counts }} - 1))
        / nullif(sum(cast({{ counts }} as double)) * (sum(cast({{ counts }} as double)) - 1), 0)
    )
{%- endmacro %}

{#-
Gini coefficient over all holders given, those with nothing included, without correction for few: 0 if all hold alike,
(n − 1)/n if one of n holds all. `rank_from_least` numbers the holders 1…n from the least on; ties in any order.
-#}
{% macro gini(counts, rank_from_least) -%}
    {{ return(adapter.dispatch('gini')(counts, rank_from_least)) }}
{%- endmacro %}

{% macro default__gini(counts, rank_from_least) -%}
    (
        (
            2 * sum(cast({{ rank_from_least }} as double) * {{ counts }})
            / nullif(count(*) * sum(cast({{ counts }} as double)), 0)
        )
        - (count(*) + 1) / nullif(cast(count(*) as double), 0)
    )
{%- endmacro %}

{#-
Window expression: whether a holder is one of the fewest who together hold at least `percent` (a whole number) of the
whole. Counted over people at 50 it is the contributor absence factor (CHAOSS), also known as bus factor. Holders are
taken from the most on, equals by `tie_breaker`; the count does not depend on that.
-#}
{% macro is_among_fewest_holding(percent, counts, group_by, tie_breaker) -%}
    {{ return(adapter.dispatch('is_among_fewest_holding')(percent, counts, group_by, tie_breaker)) }}
{%- endmacro %}

{% macro default__is_among_fewest_holding(percent, counts, group_by, tie_breaker) -%}
    (
        100 * (
            sum({{ counts }}) over (
                partition by {{ group_by }} order by {{ counts }} desc, {{ tie_breaker }} asc
                rows between unbounded preceding and current row
            ) - {{ counts }}
        ) < {{ percent }} * sum({{ counts }}) over (partition by {{ group_by }})
    )
{%- endmacro %}
