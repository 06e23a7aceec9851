-- The points of a lead's reasons add up to the score that it is shown with, its contributions to the margin.
with reasons as (

    select
        lead_id,
        sum(contribution_points) as points,
        sum(contribution) as margin
    from {{ ref('lead_score_reasons') }}
    group by lead_id

)

select
    scores.lead_id,
    scores.score,
    reasons.points,
    scores.margin,
    reasons.margin as contributions
from {{ ref('int_lead_scores') }} as scores
left join reasons on scores.lead_id = reasons.lead_id
where
    reasons.points is distinct from cast(scores.score as decimal(7, 2))
    or abs(reasons.margin - scores.margin) > 1e-4
    or reasons.margin is null
