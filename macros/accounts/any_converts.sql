{#-
    Aggregate over the leads of an account: the chance that at least one of them converts, if their chances not to are
    tied by a Clayton copula (Clayton 1978; the same as a gamma frailty that colleagues share, Oakes 1989). As the
    dependence grows it goes from that of independent leads to the greatest of their probabilities, and every lead
    keeps its own. Right to 1e-12.

    probability  of each lead, 0 to 1
    dependence   Clayton's parameter, 0 (independent) to 18; what rows are grouped by, or a constant
-#}
{% macro any_converts(probability, dependence) -%}
    case
        when ({{ dependence }}) = 0 then 1 - product(1 - ({{ probability }}))
        else 1 - pow(
            -- the greatest double below 1 in place of 1, whose power is infinite
            1 + fsum(pow(1 - least({{ probability }}, 1 - 1.1102230246251565e-16), -({{ dependence }})) - 1),
            -1 / ({{ dependence }})
        )
    end
{%- endmacro %}
