{#- Nearer to the base than this, the quotient of two differences is all rounding. -#}
{%- set nearest = 1e-3 -%}
with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

predictions as (

    select * from {{ ref('int_lead_predictions') }}

),

lines as (

    select
        contributions.lead_id,
        contributions.base_margin,
        {{ exact_score('contributions.base_margin', 'contributions.base_probability') }} as base_score,
        predictions.margin - contributions.base_margin as rise,
        {{ exact_score('predictions.margin', 'predictions.probability') }} - base_score as score_rise

    from contributions
    inner join predictions on contributions.lead_id = predictions.lead_id

),

slopes as (

    select
        *,
        case when abs(rise) > {{ nearest }} then score_rise / rise end as points_per_margin
    from lines

),

-- At the base itself the curve's slope is that to the nearest lead that is not there.
slope_at_base as (

    select arg_min(points_per_margin, (abs(rise), lead_id)) as points_per_margin
    from slopes
    where points_per_margin is not null

),

final as (

    select
        slopes.lead_id,
        slopes.base_margin,
        slopes.base_score,
        coalesce(slopes.points_per_margin, slope_at_base.points_per_margin, 0) as points_per_margin

    from slopes
    cross join slope_at_base

)

select * from final
