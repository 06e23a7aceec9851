with scores as (

    select * from {{ ref('int_lead_scores') }}

),

history as (

    select * from {{ ref('lead_score_history') }}

),

days_back as (

    select unnest([1, 7]) as days_ago

),

-- What was told a day and a week ago: the latest score that is as old as that, but less than twice as old.
told_before as (

    select
        scores.lead_id,
        days_back.days_ago,
        arg_max(history.score, history.as_of) as score

    from scores
    cross join days_back
    inner join history
        on
            scores.lead_id = history.lead_id
            and history.as_of <= {{ days_after('scores.as_of', '-days_back.days_ago') }}
            and history.as_of > {{ days_after('scores.as_of', '-2 * days_back.days_ago') }}
    group by scores.lead_id, days_back.days_ago

),

changes as (

    select
        scores.lead_id,
        round(scores.score - max(told_before.score) filter (where told_before.days_ago = 7), 1)
            as score_change_7d,
        round(scores.score - max(told_before.score) filter (where told_before.days_ago = 1), 1)
            as score_change_1d

    from scores
    left join told_before on scores.lead_id = told_before.lead_id
    group by scores.lead_id, scores.score

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
