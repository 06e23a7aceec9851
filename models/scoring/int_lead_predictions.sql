with champion as (

    select * from {{ ref('int_champion') }}

),

leads as (

    select * from {{ ref('features') }}
    where is_now

),

leads_without_fit as (

    select
        lead_id,
        {{ features_without('fit') }}
    from leads

),

leads_without_engagement as (

    select
        lead_id,
        {{ features_without('engagement') }}
    from leads

),

scored as (

    select
        leads.lead_id,
        leads.account_id,
        champion.model_version,
        champion.model_kind,
        champion.feature_set_version,
        {{ lead_score(ref('lead_models'), 'champion.model_version', 'leads') }} as prediction,
        {{ lead_score(ref('lead_models'), 'champion.model_version', 'leads_without_fit') }}
            as prediction_without_fit,
        {{ lead_score(ref('lead_models'), 'champion.model_version', 'leads_without_engagement') }}
            as prediction_without_engagement

    from leads
    inner join leads_without_fit on leads.lead_id = leads_without_fit.lead_id
    inner join leads_without_engagement on leads.lead_id = leads_without_engagement.lead_id
    cross join champion

),

final as (

    select
        lead_id,
        account_id,

        prediction.margin as margin,
        prediction.probability as probability,
        prediction.margin - prediction_without_fit.margin as fit_margin,
        prediction.margin - prediction_without_engagement.margin as engagement_margin,

        model_version,
        model_kind,
        feature_set_version

    from scored

)

select * from final
