{#-
The upper tail of the chi-square distribution: the probability of at least `x` with `degrees` (an integer from 1) of
freedom, to about 1e-14. With y = x/2 it is a finite sum: for even degrees Σ e⁻ʸ yⁱ/i! over i below degrees/2; for odd ones
erfc(√y) + Σ e⁻ʸ yⁱ/Γ(i+1) over i = ½, 1½, … below degrees/2.
-#}
{% macro chi_square_tail(x, degrees) -%}
    {{ return(adapter.dispatch('chi_square_tail')(x, degrees)) }}
{%- endmacro %}

{% macro duckdb__chi_square_tail(x, degrees) -%}
    case
        when {{ x }} <= 0 then 1.0
        else
            case when {{ degrees }} % 2 = 1 then {{ complementary_error('sqrt(cast(' ~ x ~ ' as double) / 2)') }} else 0.0 end
            + coalesce(
                list_sum(list_transform(
                    range(0, cast({{ degrees }} // 2 as bigint)),
                    lambda i: exp(
                        (i + ({{ degrees }} % 2) / 2.0) * ln(cast({{ x }} as double) / 2) - {{ x }} / 2
                        - lgamma(i + ({{ degrees }} % 2) / 2.0 + 1)
                    )
                )),
                0.0
            )
    end
{%- endmacro %}

{#-
erfc(z) for z > 0. Below 2 as 1 − erf(z), a series of positive terms: e^(−z²) Σ z²ⁿ⁺¹ / Γ(n + 3/2). Above by the trapezoid
rule with step ½, which is exact here but for the pole at z (Chiarella and Reichel 1968):
z e^(−z²) / 2π · Σ e^(−n²/4) / (n²/4 + z²) over all integers n, less 2 / (e^(4πz) − 1) for z below 2π.
-#}
{% macro complementary_error(z) -%}
    {{ return(adapter.dispatch('complementary_error')(z)) }}
{%- endmacro %}

{% macro duckdb__complementary_error(z) -%}
    case
        when {{ z }} < 2
            then 1 - list_sum(list_transform(
                range(0, 60), lambda n: exp((2 * n + 1) * ln({{ z }}) - lgamma(n + 1.5) - {{ z }} * {{ z }})
            ))
        else {{ z }} * exp(-{{ z }} * {{ z }}) / (2 * pi()) * (1 / ({{ z }} * {{ z }}) + 2 * list_sum(list_transform(
            range(1, 14), lambda n: exp(-n * n / 4.0) / (n * n / 4.0 + {{ z }} * {{ z }})
        ))) - case when {{ z }} < 2 * pi() then 2 / (exp(4 * pi() * {{ z }}) - 1) else 0 end
    end
{%- endmacro %}
