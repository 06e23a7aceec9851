with predictions as (

    select * from {{ ref('int_lead_predictions') }}

),

group_margins as (

    select * from {{ ref('int_group_margins') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

{{ tiered('predictions', 'tier_policies', var('tier_policy')) }},

with_groups as (

    select
        tiered.*,
        {{ middle_rank('group_margins.fit_margin') }} as fit_score,
        {{ middle_rank('group_margins.engagement_margin') }} as engagement_score

    from tiered
    inner join group_margins on tiered.lead_id = group_margins.lead_id

),

final as (

    select
        with_groups.lead_id,
        with_groups.account_id,

        with_groups.margin,
        cast(with_groups.probability as double) as conversion_probability,
        cast(with_groups.exact_score as double) as exact_score,
        round(cast(with_groups.exact_score as double), 1) as score,
        with_groups.exact_percentile,
        round(with_groups.exact_percentile, 1) as score_percentile,
        with_groups.tier,
        with_groups.tier_rank,

        round(with_groups.fit_score, 1) as fit_score,
        round(with_groups.engagement_score, 1) as engagement_score,
        -- Quarters of the open leads, the best first: A to D by fit, 1 to 4 by engagement.
        substr('DCBA', cast(least(floor(with_groups.fit_score / 25), 3) as integer) + 1, 1)
        || (4 - cast(least(floor(with_groups.engagement_score / 25), 3) as integer)) as grade,

        with_groups.model_version,
        with_groups.model_kind,
        with_groups.feature_set_version,
        run_context.as_of,
        run_context.run_id,
        run_context.started_at as scored_at

    from with_groups
    cross join run_context

)

select * from final
