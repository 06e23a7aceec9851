{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with scores as (

    select * from {{ ref('int_lead_scores') }}

),

told_scores as (

    select * from {{ ref('int_told_scores') }}

),

told as (

    select
        lead_id,
        as_of,
        run_id,
        scored_at,
        is_open,
        score,
        tier,
        policy_tier,
        model_version,
        lag(is_open) over by_lead as was_open,
        lag(score) over by_lead as previous_score,
        lag(tier) over by_lead as previous_tier,
        lag(policy_tier) over by_lead as previous_policy_tier,
        lag(model_version) over by_lead as previous_model_version
    from told_scores
    window by_lead as (partition by lead_id order by as_of)

),

run as (

    select
        as_of,
        any_value(run_id) as run_id,
        any_value(scored_at) as scored_at,
        any_value(model_version) as model_version,
        count(*) as count_open_leads
    from scores
    group by as_of

),

changes as (

    select
        as_of,
        any_value(run_id) as run_id,
        any_value(scored_at) as scored_at,
        any_value(model_version) as model_version,
        count(*) filter (where is_open and was_open is distinct from true) as count_new_leads,
        count(*) filter (where not is_open) as count_closed_leads,
        count(*) filter (where is_open and was_open and score != previous_score) as count_score_changes,
        count(*) filter (where is_open and was_open and tier != previous_tier) as count_tier_changes,
        count(*) filter (where is_open and was_open and policy_tier != previous_policy_tier)
            as count_tier_changes_without_hysteresis,
        -- A new model moves scores in a way of its own; how much this one moves them is no news of leads.
        fsum(
            case
                when was_open and model_version = previous_model_version
                    then (score - previous_score) ** 2
            end
        ) as sum_squared_changes
    from told
    group by as_of

),

previous_run as (

    select max(as_of) as as_of
    from {{ this if is_incremental() else "(select cast(null as timestamp) as as_of) as no_runs" }}

),

-- This run, and those that died when they had told their scores and were not counted here yet.
runs as (

    select * from run

    union all by name

    select
        as_of,
        run_id,
        scored_at,
        model_version,
        sum(count_new_leads - count_closed_leads) over (order by as_of) as count_open_leads
    from changes
    qualify as_of < (select run.as_of from run) and model_version is not null

),

since_previous as (

    select
        runs.*,
        coalesce(lag(runs.as_of) over (order by runs.as_of), previous_run.as_of) as previous_as_of
    from runs
    cross join previous_run
    where runs.as_of > coalesce(previous_run.as_of, timestamp '-infinity')

),

final as (

    select
        run.as_of,
        run.run_id,
        run.scored_at,
        run.model_version,
        cast(run.count_open_leads as bigint) as count_open_leads,
        coalesce(changes.count_new_leads, 0) as count_new_leads,
        coalesce(changes.count_closed_leads, 0) as count_closed_leads,
        coalesce(changes.count_score_changes, 0) as count_score_changes,
        coalesce(changes.count_tier_changes, 0) as count_tier_changes,
        coalesce(changes.count_tier_changes_without_hysteresis, 0) as count_tier_changes_without_hysteresis,
        {{ days_between('run.previous_as_of', 'run.as_of') }} as days_since_previous_run,
        -- Points a day, if changes add up like a random walk's.
        sqrt(
            coalesce(changes.sum_squared_changes, 0)
            / nullif(run.count_open_leads - coalesce(changes.count_new_leads, 0), 0)
            / {{ days_between('run.previous_as_of', 'run.as_of') }}
        ) as daily_movement

    from since_previous as run
    left join changes on run.as_of = changes.as_of

)

select * from final
