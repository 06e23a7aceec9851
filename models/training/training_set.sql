{{ config(materialized='view') }}
with moments as (

    select * from {{ ref('training_moments') }}

),

features as (

    select * from {{ ref('features') }}

),

uses as (

    select
        lead_id,
        moment_at,
        any_value(label) as label,
        any_value(is_blind) as is_blind,
        any_value(sample_weight) as sample_weight,
        list(use order by origin_number) as uses

    from moments
    group by lead_id, moment_at
    having any_value(label) is not null and count(use) > 0

),

final as (

    select
        uses.label,
        uses.uses,
        uses.is_blind,
        uses.sample_weight,
        features.* exclude (is_now, account_id)

    from uses
    inner join features
        on uses.lead_id = features.lead_id and uses.moment_at = features.moment_at

)

select * from final
