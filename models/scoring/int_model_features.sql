with models as (

    select
        model_version,
        from_json(feature_schema, '{"features": [{"name": "varchar"}]}').features as features
    from {{ ref('lead_models') }}

),

final as (

    select
        model_version,
        generate_subscripts(features, 1) as position,
        unnest(features).name as feature_name
    from models

)

select * from final
