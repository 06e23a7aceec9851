with scores as (

    select * from {{ ref('int_lead_scores') }}

),

history as (

    select * from {{ ref('lead_score_history') }}

),

-- What was told a day and a week ago: the latest that is as old as that, but no older than twice that.
day_before as (

    select
        scores.lead_id,
        arg_max(history.score, history.as_of) as score

    from scores
    inner join history
        on
            scores.lead_id = history.lead_id
            and history.as_of <= {{ days_after('scores.as_of', -1) }}
            and history.as_of > {{ days_after('scores.as_of', -2) }}
    group by scores.lead_id

),

week_before as (

    select
        scores.lead_id,
        arg_max(history.score, history.as_of) as score

    from scores
    inner join history
        on
            scores.lead_id = history.lead_id
            and history.as_of <= {{ days_after('scores.as_of', -7) }}
            and history.as_of > {{ days_after('scores.as_of', -14) }}
    group by scores.lead_id

),

changes as (

    select
        scores.lead_id,
        round(scores.score - week_before.score, 1) as score_change_7d,
        round(scores.score - day_before.score, 1) as score_change_1d

    from scores
    left join day_before on scores.lead_id = day_before.lead_id
    left join week_before on scores.lead_id = week_before.lead_id

),

final as (

    select
        scores.lead_id,
        scores.account_id,

        scores.conversion_probability,
        scores.score,
        scores.score_percentile,
        scores.tier,
        scores.fit_score,
        scores.engagement_score,

        case
            when changes.score_change_7d >= {{ var('trend_points') }} then 'rising'
            when changes.score_change_7d <= -{{ var('trend_points') }} then 'falling'
            else 'steady'
        end as trend,
        changes.score_change_7d,
        coalesce(changes.score_change_1d >= {{ var('spike_points') }}, false) as is_score_spike,

        scores.model_version,
        scores.model_kind,
        scores.feature_set_version,
        scores.as_of,
        scores.scored_at

    from scores
    inner join changes on scores.lead_id = changes.lead_id

)

select * from final
