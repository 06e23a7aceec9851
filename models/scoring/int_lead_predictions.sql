with champion as (

    select * from {{ ref('int_champion') }}

),

leads as (

    select * from {{ ref('features') }}
    where is_now

),

scored as (

    select
        leads.lead_id,
        leads.account_id,
        champion.model_version,
        champion.model_kind,
        champion.feature_set_version,
        {{ lead_score(ref('lead_models'), 'champion.model_version', 'leads') }} as prediction

    from leads
    cross join champion

),

final as (

    select
        lead_id,
        account_id,
        prediction.margin as margin,
        prediction.probability as probability,
        model_version,
        model_kind,
        feature_set_version

    from scored

)

select * from final
