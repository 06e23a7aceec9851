with champion as (

    select * from {{ ref('int_champion') }}

),

model_features as (

    select * from {{ ref('int_model_features') }}

),

positions as (

    select * from {{ ref('int_feature_positions') }}

),

final as (

    select
        positions.feature_name,
        positions.feature_type,
        positions.position,
        model_features.position as position_in_model,
        (row_number() over (order by positions.feature_type, positions.position) - 1) // 64 as part

    from champion
    inner join model_features on champion.model_version = model_features.model_version
    inner join positions on model_features.feature_name = positions.feature_name

)

select * from final
