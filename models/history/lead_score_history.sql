with history as (

    select * from {{ ref('int_score_history') }}

),

final as (

    select
        lead_id,
        account_id,

        conversion_probability,
        score,
        score_percentile,
        tier,
        tier_since,
        fit_score,
        engagement_score,
        grade,
        reasons,

        model_version,
        model_kind,
        feature_set_version,
        as_of,
        valid_from,
        valid_to,
        run_id,
        scored_at

    from history

)

select * from final
