with models as (

    select
        model_version,
        -- Text that is no JSON has no features, and a model with it is refused.
        from_json(
            try_cast(feature_schema as json), '{"features": [{"name": "varchar"}]}'
        ).features as features
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
