with scores as (

    select * from {{ ref('int_lead_scores') }}

),

history as (

    select * from {{ ref('int_score_history') }}

),

runs as (

    select * from {{ ref('int_told_runs') }}

),

-- A run as of an earlier moment than the last tells nothing: its tiers are the policy's.
told_now as (

    select history.*
    from history
    where
        history.valid_to is null
        and (select max(runs.as_of) from runs) = (select any_value(scores.as_of) from scores)

),

final as (

    select
        scores.lead_id,
        coalesce(told_now.tier, scores.tier) as tier,
        coalesce(told_now.tier_rank, scores.tier_rank) as tier_rank,
        coalesce(told_now.tier_since, scores.as_of) as tier_since

    from scores
    left join told_now on scores.lead_id = told_now.lead_id

)

select * from final
