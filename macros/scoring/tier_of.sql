{#-
    The best tier whose minimum a lead reaches, as {tier, tier_rank}. With a hysteresis, a lead that was told a tier
    keeps it until it is more than that below the tier's minimum, and rises once it is that much above a better one's.

    tiers          SQL expression: a list as macro `tiers` makes it
    score          0 to 100, not rounded
    percentile     0 to 100, not rounded
    previous_rank  rank of the tier told before; null: none
    hysteresis     points of what the tiers' minimum is of
-#}
{% macro tier_of(tiers, score, percentile, previous_rank="null", hysteresis=0) -%}
    list_filter(
        {{ tiers }},
        lambda candidate:
            case candidate.minimum_of when 'score' then {{ score }} else {{ percentile }} end
            >= candidate.minimum
            {%- if hysteresis %} + case
                when candidate.tier_rank < {{ previous_rank }} then {{ hysteresis }}
                when candidate.tier_rank = {{ previous_rank }} then -{{ hysteresis }}
                else 0
            end
            {%- endif %}
    )[1]
{%- endmacro %}
