with run_context as (

    select * from {{ ref('run_context') }}

),

lead_tiers as (

    select * from {{ ref('int_lead_tiers') }}

),

predictions as (

    select * from {{ ref('int_projected_predictions') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

{{ tiered('predictions', 'tier_policies', var('tier_policy'), ranked_with=['days_ahead']) }},

-- As the next run would place a lead that was told its tier of now.
placed_from_now as (

    select
        tiered.lead_id,
        tiered.days_ahead,
        lead_tiers.tier_rank,
        {{ tier_of(
            'tiers.tiers', 'tiered.exact_score', 'tiered.exact_percentile', 'lead_tiers.tier_rank',
            var('tier_hysteresis')
        ) }} as placed_tier

    from tiered
    inner join lead_tiers on tiered.lead_id = lead_tiers.lead_id
    cross join tiers

),

expiries as (

    select
        lead_id,
        min(days_ahead) as days_ahead
    from placed_from_now
    where placed_tier.tier_rank > tier_rank
    group by lead_id

),

final as (

    select
        lead_tiers.lead_id,
        {{ days_after('run_context.as_of', 'expiries.days_ahead') }} as tier_expires_at

    from lead_tiers
    cross join run_context
    left join expiries on lead_tiers.lead_id = expiries.lead_id

)

select * from final
