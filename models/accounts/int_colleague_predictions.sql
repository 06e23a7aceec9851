with predictions as (

    select * from {{ ref('int_test_predictions') }}
    where contestant = 'champion' and split = 'forward' and probability is not null

),

features as (

    select * from {{ ref('features') }}

),

final as (

    select
        predictions.model_version,
        predictions.origin_at,
        predictions.origin_at = max(predictions.origin_at) over () as is_newest_origin,
        features.account_id,
        predictions.moment_at,
        predictions.lead_id,
        predictions.label,
        predictions.probability

    from predictions
    inner join features
        on predictions.lead_id = features.lead_id and predictions.moment_at = features.moment_at
    where features.account_id is not null

)

select * from final
