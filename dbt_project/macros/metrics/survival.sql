{#-
Time-to-event estimates over open cases: Kaplan–Meier (1958) with log(−log) Greenwood intervals, Aalen–Johansen (1978).
Without competing exits the incidence is 1 − survival.
-#}

{#-
A select with one row per group and distinct duration: at_risk (still there just before it), events, competing_exits and
censored at it, survival_ratio (share with neither event nor competing exit so far), incidence_ratio (share with the
event so far) and greenwood_sum (for `survival_bound`). `relation` has one row per subject; `groups` is a list of its
columns, `duration` a column (rows without one are left out), `event` and `competing` conditions; the rest is censored.
-#}
{% macro survival_curve(relation, groups, duration, event, competing='false') -%}
{%- set by = groups | join(', ') -%}
{%- set so_far = 'partition by ' ~ by ~ ' order by ' ~ duration -%}
{%- set until_now = so_far ~ ' rows between unbounded preceding and current row' -%}
select
    {{ by }},
    {{ duration }},
    at_risk,
    events,
    competing_exits,
    subjects - events - competing_exits as censored,
    survival_ratio,
    sum(events_ratio) over ({{ until_now }}) as incidence_ratio,
    greenwood_sum
from (
    select
        *,
        coalesce(lag(survival_ratio) over ({{ so_far }}), 1) * events / at_risk as events_ratio
    from (
        select
            *,
            {{ still_waiting('events + competing_exits', 'at_risk', by, duration) }} as survival_ratio,
            sum(
                (events + competing_exits)
                / cast(nullif(at_risk * (at_risk - events - competing_exits), 0) as double)
            ) over ({{ until_now }}) as greenwood_sum
        from (
            select
                *,
                cast(sum(subjects) over ({{ until_now | replace('order by ' ~ duration, 'order by ' ~ duration ~ ' desc') }})
                    as bigint) as at_risk
            from (
                select
                    {{ by }},
                    {{ duration }},
                    count(*) as subjects,
                    count(*) filter (where {{ event }}) as events,
                    count(*) filter (where {{ competing }} and not ({{ event }})) as competing_exits
                from {{ relation }}
                where {{ duration }} is not null
                group by {{ by }}, {{ duration }}
            ) as counts
        ) as risk_sets
    ) as waiting
) as increments
{%- endmacro %}

{#-
A bound of the 95 % interval of survival_ratio, of a row of `survival_curve`: `lower` or `upper`; at 1 or 0 the value itself.
-#}
{% macro survival_bound(which, survival, greenwood_sum) -%}
    {%- set sign = '-' if which == 'lower' else '+' -%}
    case
        when {{ survival }} <= 0 or {{ survival }} >= 1 then {{ survival }}
        else exp(-exp(
            ln(-ln({{ survival }})) {{ sign }} 1.959963984540054 * sqrt({{ greenwood_sum }}) / ln({{ survival }})
        ))
    end
{%- endmacro %}

{#-
Aggregate over the rows of a `survival_curve`: the smallest duration by which a share of the subjects had the event; null
if that share was not reached. `incidence` is incidence_ratio or 1 − survival_ratio.
-#}
{% macro duration_reaching(share, incidence, duration) -%}
    min(case when {{ reaches(incidence, share) }} then {{ duration }} end)
{%- endmacro %}

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
