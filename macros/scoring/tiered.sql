{#-
    The CTEs that turn predictions into what a sales rep is told. The last of them, `tiered`, has the columns of the
    predictions and exact_score (0 to 100), exact_percentile (0 to 100), tier and tier_rank.

    predictions    CTE: margin, probability (null: the margin is points)
    tier_policies  CTE: the seed tier_policies
    policy         which of its policies
    ranked_with    columns of the predictions: who is ranked together; empty: all
-#}
{% macro tiered(predictions, tier_policies, policy, ranked_with=[]) %}
    {%- set partition = "partition by " ~ ranked_with | join(", ") if ranked_with else "" -%}
    tiers as (

        {{ tiers(tier_policies, policy) }}

    ),

    ranked as (

        select
            *,
            {{ exact_score('margin', 'probability') }} as exact_score,
            -- The share that scores lower: leads of one score share a percentile, and no tie makes half of them hot.
            100 * (rank() over ({{ partition }} order by margin) - 1) / count(*) over ({{ partition }})
                as exact_percentile
        from {{ predictions }}

    ),

    placed as (

        select
            ranked.*,
            {{ tier_of('tiers.tiers', 'ranked.exact_score', 'ranked.exact_percentile') }} as best
        from ranked
        cross join tiers

    ),

    tiered as (

        select
            * exclude (best),
            best.tier as tier,
            best.tier_rank as tier_rank
        from placed

    )
{%- endmacro %}
