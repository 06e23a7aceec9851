{#-
    The CTEs that turn predictions into what a sales rep is told. The last of them, `tiered`, has the columns of the
    predictions and exact_score (0 to 100), score_percentile (0 to 100) and tier.

    predictions    CTE: margin, probability (null: the margin is points)
    tier_policies  CTE: the seed tier_policies
    policy         which of its policies
    ranked_with    columns of the predictions: who is ranked together; empty: all
-#}
{% macro tiered(predictions, tier_policies, policy, ranked_with=[]) %}
    {%- set partition = "partition by " ~ ranked_with | join(", ") if ranked_with else "" -%}
    -- The best tier first. An unknown policy would leave every lead without a tier.
    tiers as (

        select
            case
                when count(*) > 0
                    then list({'tier': tier, 'minimum_of': minimum_of, 'minimum': minimum} order by tier_rank)
                else error('tier_policy names "{{ policy }}", not in the seed tier_policies.')
            end as tiers
        from {{ tier_policies }}
        where policy = '{{ policy }}'

    ),

    ranked as (

        select
            *,
            -- A scorecard's points are no probability: they are the score itself.
            case
                when probability is null then least(greatest(margin, 0), 100)
                else probability * 100
            end as exact_score,
            -- The share that scores lower: leads of one score share a percentile, and no tie makes half of them hot.
            100 * (rank() over ({{ partition }} order by margin) - 1) / count(*) over ({{ partition }})
                as score_percentile
        from {{ predictions }}

    ),

    tiered as (

        select
            ranked.*,
            list_filter(
                tiers.tiers,
                lambda tier:
                    case tier.minimum_of
                        when 'score' then ranked.exact_score
                        else ranked.score_percentile
                    end >= tier.minimum
            )[1].tier as tier
        from ranked
        cross join tiers

    )
{%- endmacro %}
