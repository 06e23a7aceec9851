{%- set keys = ['model_version', 'split', 'contestant', 'origin_at'] -%}
with predictions as (

    select * from {{ ref('int_test_predictions') }}

),

tier_policies as (

    select * from {{ ref('tier_policies') }}

),

-- A lead is ranked among those of its time: a cell of snapshot_every_days holds one moment of the grid, at
-- which many leads stand, and the moments of leads created meanwhile, which would stand alone.
cohorts as (

    select
        *,
        floor({{ days_between('origin_at', 'moment_at') }} / {{ var('snapshot_every_days') }}) as cohort
    from predictions

),

{{ tiered('cohorts', 'tier_policies', var('tier_policy'), ranked_with=keys + ['cohort']) }},

final as (

    select
        {{ keys | join(',\n        ') }},
        lead_id,
        moment_at,
        label,
        tier
    from tiered

)

select * from final
