with predictions as (

    select * from {{ ref('int_lead_predictions') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

{{ tiered('predictions', 'tier_policies', var('tier_policy')) }},

final as (

    select
        tiered.lead_id,
        tiered.account_id,

        cast(tiered.probability as double) as conversion_probability,
        round(cast(tiered.exact_score as double), 1) as score,
        round(tiered.score_percentile, 1) as score_percentile,
        tiered.tier,
        round(100 * (rank() over (order by tiered.fit_margin) - 1) / count(*) over (), 1) as fit_score,
        round(100 * (rank() over (order by tiered.engagement_margin) - 1) / count(*) over (), 1)
            as engagement_score,

        tiered.model_version,
        tiered.model_kind,
        tiered.feature_set_version,
        run_context.as_of,
        run_context.started_at as scored_at

    from tiered
    cross join run_context

)

select * from final
