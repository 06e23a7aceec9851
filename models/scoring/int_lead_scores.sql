with predictions as (

    select * from {{ ref('int_lead_predictions') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

-- An unknown policy would leave every lead without a tier, and so without a score.
policy as (

    select
        case
            when count(*) > 0 then '{{ var("tier_policy") }}'
            else error('tier_policy names "{{ var("tier_policy") }}", not in the seed tier_policies.')
        end as policy
    from tier_policies
    where policy = '{{ var("tier_policy") }}'

),

tiers as (

    select tier_policies.*
    from tier_policies
    inner join policy on tier_policies.policy = policy.policy

),

-- The share that scores lower: leads with one score share one percentile, and no tie makes half of them hot.
ranked as (

    select
        lead_id,
        account_id,

        probability as conversion_probability,
        -- A scorecard's points are no probability: they are the score itself.
        case
            when model_kind = 'rules' then least(greatest(margin, 0), 100)
            else probability * 100
        end as exact_score,
        100 * (rank() over (order by margin) - 1) / count(*) over () as score_percentile,
        100 * (rank() over (order by fit_margin) - 1) / count(*) over () as fit_score,
        100 * (rank() over (order by engagement_margin) - 1) / count(*) over () as engagement_score,

        model_version,
        model_kind,
        feature_set_version

    from predictions

),

tiered as (

    select
        ranked.lead_id,
        arg_min(tiers.tier, tiers.tier_rank) as tier

    from ranked
    inner join tiers
        on
            case tiers.minimum_of
                when 'score' then ranked.exact_score
                else ranked.score_percentile
            end >= tiers.minimum
    group by ranked.lead_id

),

final as (

    select
        ranked.lead_id,
        ranked.account_id,

        cast(ranked.conversion_probability as double) as conversion_probability,
        round(cast(ranked.exact_score as double), 1) as score,
        round(cast(ranked.score_percentile as double), 1) as score_percentile,
        tiered.tier,
        round(cast(ranked.fit_score as double), 1) as fit_score,
        round(cast(ranked.engagement_score as double), 1) as engagement_score,

        ranked.model_version,
        ranked.model_kind,
        ranked.feature_set_version,
        run_context.as_of,
        run_context.started_at as scored_at

    from ranked
    inner join tiered on ranked.lead_id = tiered.lead_id
    cross join run_context

)

select * from final
