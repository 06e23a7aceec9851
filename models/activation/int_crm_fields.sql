with scores as (

    select * from {{ ref('lead_scores') }}

),

assignments as (

    select * from {{ ref('lead_assignments') }}

),

reasons as (

    select
        lead_id,
        max(reason) filter (where rank = 1) as reason_1,
        max(reason) filter (where rank = 2) as reason_2,
        max(reason) filter (where rank = 3) as reason_3
    from {{ ref('lead_score_reasons') }}
    where direction in ('for', 'against')
    group by lead_id

),

final as (

    select
        scores.lead_id,

        scores.score,
        scores.tier,
        round(scores.conversion_probability, 4) as conversion_probability,
        reasons.reason_1,
        reasons.reason_2,
        reasons.reason_3,
        scores.trend,
        scores.score_change_7d,
        scores.grade,
        {{ utc_text('scores.tier_expires_at') }} as tier_expires_at,
        assignments.rep_id as assigned_rep_id,

        scores.model_version,
        {{ utc_text('scores.as_of') }} as as_of,
        {{ utc_text('scores.scored_at') }} as scored_at

    from scores
    left join reasons on scores.lead_id = reasons.lead_id
    left join assignments on scores.lead_id = assignments.lead_id

)

select * from final
