with scores as (

    select * from {{ ref('int_lead_scores') }}

),

tiers as (

    select * from {{ ref('int_lead_tiers') }}

),

tier_expiry as (

    select * from {{ ref('int_tier_expiry') }}

),

movements as (

    select * from {{ ref('int_score_movements') }}

),

final as (

    select
        scores.lead_id,
        scores.account_id,

        scores.conversion_probability,
        scores.score,
        scores.score_percentile,
        tiers.tier,
        cast(floor({{ days_between('tiers.tier_since', 'scores.as_of') }}) as integer) as days_in_tier,
        tier_expiry.tier_expires_at,
        scores.fit_score,
        scores.engagement_score,
        scores.grade,

        case
            when movements.score_change_7d >= {{ var('trend_points') }} then 'rising'
            when movements.score_change_7d <= -{{ var('trend_points') }} then 'falling'
            else 'steady'
        end as trend,
        movements.score_change_7d,
        coalesce(
            movements.score_change_1d > 0
            and movements.score_change_1d >= {{ var('spike_movements') }} * movements.usual_daily_movement,
            false
        ) as is_score_spike,

        scores.model_version,
        scores.model_kind,
        scores.feature_set_version,
        scores.as_of,
        scores.run_id,
        scores.scored_at

    from scores
    inner join tiers on scores.lead_id = tiers.lead_id
    inner join movements on scores.lead_id = movements.lead_id
    left join tier_expiry on scores.lead_id = tier_expiry.lead_id

)

select * from final
