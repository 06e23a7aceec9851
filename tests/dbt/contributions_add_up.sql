-- Predictions that the base and the contributions do not add up to.
select
    predictions.lead_id,
    predictions.margin,
    contributions.base_margin + list_sum(contributions.contributions) as explained_margin
from {{ ref('int_lead_predictions') }} as predictions
left join {{ ref('int_lead_contributions') }} as contributions
    on
        predictions.lead_id = contributions.lead_id
        and predictions.model_version = contributions.model_version
where
    coalesce(abs(
        predictions.margin - contributions.base_margin - list_sum(contributions.contributions)
    ), 1) > 1e-4
