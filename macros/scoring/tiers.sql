{#-
    A select of one row: the tiers of a policy as a list of {tier, tier_rank, minimum_of, minimum}, the best first. An
    unknown policy would leave every lead without a tier, and stops the build.

    tier_policies  CTE: the seed tier_policies
    policy         which of its policies
-#}
{% macro tiers(tier_policies, policy) -%}
    select
        case
            when count(*) > 0
                then list(
                    {'tier': tier, 'tier_rank': tier_rank, 'minimum_of': minimum_of, 'minimum': minimum}
                    order by tier_rank
                )
            else error('tier_policy names "{{ policy }}", not in the seed tier_policies.')
        end as tiers
    from {{ tier_policies }}
    where policy = '{{ policy }}'
{%- endmacro %}
