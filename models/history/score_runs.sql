select
    as_of,
    model_version,
    days_since_previous_run,

    count_open_leads,
    count_new_leads,
    count_closed_leads,
    count_score_changes,
    count_tier_changes,
    count_tier_changes_without_hysteresis,
    daily_movement,

    run_id,
    scored_at

from {{ ref('int_told_runs') }}
