{{ config(materialized='view') }}
with moments as (

    select * from {{ ref('training_moments') }}

),

features as (

    select * from {{ ref('features') }}

),

final as (

    select
        moments.label,
        moments.evaluation_use,
        moments.final_use,
        moments.weight,
        features.* exclude (is_now, account_id)

    from moments
    inner join features
        on moments.lead_id = features.lead_id and moments.moment_at = features.moment_at
    where moments.label is not null and (moments.evaluation_use is not null or moments.final_use is not null)

)

select * from final
