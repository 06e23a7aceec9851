{{ config(materialized='view') }}
with predictions as (

    select * from {{ ref('int_test_predictions') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

final as (

    select
        evaluations.evaluation_id,
        predictions.lead_id,
        predictions.moment_at,
        predictions.label,
        predictions.probability,
        -- the probability, not the margin: margins of models of different origins do not compare
        case evaluations.scale
            when 'probability' then predictions.probability
            when 'points' then predictions.margin
        end as ranked_by

    from predictions
    inner join evaluations
        on
            predictions.model_version = evaluations.model_version
            and predictions.split = evaluations.split
            and predictions.contestant = evaluations.contestant
            and predictions.origin_at = coalesce(evaluations.origin_at, predictions.origin_at)

)

select * from final
