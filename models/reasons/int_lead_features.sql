{{ config(materialized='view') }}
with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

champion_features as (

    select * from {{ ref('int_champion_features') }}

),

feature_values as (

    select * from {{ ref('int_feature_values') }}
    where is_now

),

final as (

    select
        contributions.lead_id,
        contributions.model_version,
        features.feature_name,

        case features.feature_type when 'number' then feature_values.numbers[features.position] end
            as number,
        case features.feature_type when 'category' then feature_values.categories[features.position] end
            as category,
        contributions.contributions[features.position_in_model] as contribution

    from contributions
    inner join feature_values on contributions.lead_id = feature_values.lead_id
    cross join champion_features as features

)

select * from final
