with scores as (

    select * from {{ ref('int_lead_scores') }}

),

history as (

    select * from {{ ref('int_score_history') }}

),

runs as (

    select * from {{ ref('int_told_runs') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

days_back as (

    select unnest([1, 7]) as days_ago

),

-- The run a day and a week ago: the latest that is as old as that, but less than twice as old.
runs_before as (

    select
        days_back.days_ago,
        max(runs.as_of) as as_of

    from days_back
    cross join run_context
    inner join runs
        on
            runs.as_of <= {{ days_after('run_context.as_of', '-days_back.days_ago') }}
            and runs.as_of > {{ days_after('run_context.as_of', '-2 * days_back.days_ago') }}
    group by days_back.days_ago

),

told_before as (

    select
        history.lead_id,
        max(history.score) filter (where runs_before.days_ago = 1) as score_1d_ago,
        max(history.score) filter (where runs_before.days_ago = 7) as score_7d_ago,
        max(history.model_version) filter (where runs_before.days_ago = 1) as model_version_1d_ago

    from history
    inner join runs_before
        on
            history.valid_from <= runs_before.as_of
            and (history.valid_to is null or history.valid_to > runs_before.as_of)
    group by history.lead_id

),

-- How much this model's scores usually move in a day.
usual as (

    select sqrt(favg(runs.daily_movement ** 2)) as daily_movement
    from runs
    cross join run_context
    where
        runs.as_of <= run_context.as_of
        and runs.as_of > {{ days_after('run_context.as_of', -30) }}
        and runs.model_version = (select any_value(scores.model_version) from scores)

),

final as (

    select
        scores.lead_id,
        round(scores.score - told_before.score_7d_ago, 1) as score_change_7d,
        -- Another model tells other scores: that is no spike of the lead's.
        case
            when scores.model_version = told_before.model_version_1d_ago
                then round(scores.score - told_before.score_1d_ago, 1)
        end as score_change_1d,
        usual.daily_movement as usual_daily_movement

    from scores
    cross join usual
    left join told_before on scores.lead_id = told_before.lead_id

)

select * from final
