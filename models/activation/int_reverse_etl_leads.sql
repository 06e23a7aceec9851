{{ config(materialized='view') }}
select
    scores.lead_id,
    scores.account_id,

    scores.score,
    fields.conversion_probability,
    scores.tier,
    scores.tier_expires_at,
    scores.grade,
    scores.trend,
    scores.score_change_7d,

    fields.reason_1,
    fields.reason_2,
    fields.reason_3,
    fields.assigned_rep_id,

    scores.model_version

from {{ ref('lead_scores') }} as scores
inner join {{ ref('int_crm_fields') }} as fields on scores.lead_id = fields.lead_id
