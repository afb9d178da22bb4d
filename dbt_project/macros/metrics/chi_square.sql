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
erfc(z) for z ≥ 0. Below 2 by the series of erf with positive terms, 2/√π e^(−z²) Σ 2ⁿ z²ⁿ⁺¹ / (1·3·…·(2n+1)), folded
from the inside; above by the continued fraction e^(−z²)/√π · 1/(z + ½/(z + 1/(z + 1½/(z + …)))).
-#}
{% macro complementary_error(z) -%}
    {{ return(adapter.dispatch('complementary_error')(z)) }}
{%- endmacro %}

{% macro duckdb__complementary_error(z) -%}
    case
        when {{ z }} < 2
            then 1 - 2 / sqrt(pi()) * exp(-({{ z }}) * ({{ z }})) * ({{ z }}) * list_reduce(
                range(60, 0, -1),
                lambda nested, n: 1 + nested * 2 * ({{ z }}) * ({{ z }}) / (2 * n + 1),
                1.0
            )
        else exp(-({{ z }}) * ({{ z }})) / sqrt(pi()) / list_reduce(
            range(80, 0, -1),
            lambda nested, n: ({{ z }}) + n / 2.0 / nested,
            cast({{ z }} as double)
        )
    end
{%- endmacro %}
