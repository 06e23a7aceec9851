{{ config(materialized='table_in_parts') }}
with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

features as (

    select * from {{ ref('int_champion_features') }}
    where part = coalesce(getvariable('part'), part)

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
        generate_subscripts(contributions, 1) as position_in_model,
        unnest(contributions) as contribution
    from contributions

),

contributions_by_feature as (

    select
        contributions_by_position.lead_id,
        features.feature_name,
        contributions_by_position.contribution

    from contributions_by_position
    inner join features on contributions_by_position.position_in_model = features.position_in_model

),

binned as (

    {{ values_by_feature('leads', 'features', 'bins', ['lead_id']) }}

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
