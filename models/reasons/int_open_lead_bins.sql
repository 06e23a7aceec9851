with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

model_features as (

    select * from {{ ref('int_model_features') }}

),

positions as (

    select * from {{ ref('int_feature_positions') }}

),

bins as (

    select * from {{ ref('int_feature_bins') }}

),

leads as (

    select * from {{ ref('int_feature_values') }}
    where is_now

),

contributions_by_position as (

    select
        lead_id,
        model_version,
        generate_subscripts(contributions, 1) as position,
        unnest(contributions) as contribution
    from contributions

),

contributions_by_feature as (

    select
        contributions_by_position.lead_id,
        model_features.feature_name,
        contributions_by_position.contribution

    from contributions_by_position
    inner join model_features
        on
            contributions_by_position.model_version = model_features.model_version
            and contributions_by_position.position = model_features.position

),

binned as (

    {{ values_by_feature('leads', 'positions', 'bins', ['lead_id']) }}

),

final as (

    select
        binned.feature_name,
        binned.bin,
        count(*) as count_open_leads,
        favg(contributions_by_feature.contribution) as mean_contribution

    from binned
    inner join contributions_by_feature
        on
            binned.lead_id = contributions_by_feature.lead_id
            and binned.feature_name = contributions_by_feature.feature_name
    group by binned.feature_name, binned.bin

)

select * from final
