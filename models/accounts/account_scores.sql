with chances as (

    select * from {{ ref('int_account_chances') }}

),

account_leads as (

    select * from {{ ref('int_account_leads') }}

),

coverage as (

    select * from {{ ref('int_account_coverage') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

-- Ranked among accounts by the chance, and where rules score by the best lead's points.
predictions as (

    select
        account_id,
        coalesce(probability, margin) as margin,
        probability,
        dependence
    from chances
    where days_ago = 0

),

{{ tiered('predictions', 'tier_policies', var('tier_policy')) }},

changes as (

    select
        tiered.account_id,
        round(
            round(tiered.exact_score, 1)
            - coalesce(round(100 * week_ago.probability, 1), week_ago.top_lead_score),
            1
        ) as score_change_7d

    from tiered
    inner join chances as week_ago on tiered.account_id = week_ago.account_id
    where week_ago.days_ago = 7

),

final as (

    select
        tiered.account_id,

        -- the score
        tiered.probability as probability_any_converts,
        round(tiered.exact_score, 1) as score,
        round(tiered.exact_percentile, 1) as score_percentile,
        tiered.tier,
        case
            when changes.score_change_7d >= {{ var('trend_points') }} then 'rising'
            when changes.score_change_7d <= -{{ var('trend_points') }} then 'falling'
            else 'steady'
        end as trend,
        changes.score_change_7d,

        -- its leads
        account_leads.count_open_leads,
        account_leads.count_top_tier_leads,
        account_leads.count_won_leads,
        account_leads.top_lead_id,
        account_leads.top_lead_score,

        -- the buying group
        account_leads.count_seniorities,
        account_leads.count_departments,
        account_leads.seniorities,
        account_leads.departments,
        coalesce(coverage.has_decision_maker, false) as has_decision_maker,
        coverage.buying_group_coverage,
        coverage.missing_roles,

        -- lineage
        tiered.dependence,
        account_leads.model_version,
        account_leads.model_kind,
        account_leads.feature_set_version,
        account_leads.as_of,
        account_leads.run_id,
        account_leads.scored_at

    from tiered
    inner join account_leads on tiered.account_id = account_leads.account_id
    left join coverage on tiered.account_id = coverage.account_id
    left join changes on tiered.account_id = changes.account_id

)

select * from final
