with levels as (

    select * from {{ ref('int_score_levels') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

percents as (

    select unnest(range(5, 101, 5)) as top_percent

),

shares as (

    select
        evaluations.evaluation_id,
        evaluations.count_conversions as conversions_of_all,
        cast(percents.top_percent as integer) as top_percent,
        percents.top_percent * evaluations.count_moments / 1e2 as count_moments

    from evaluations
    cross join percents

),

-- The level on which a share ends gives a part of what it holds: moments of one score are worth the same.
found as (

    select
        shares.evaluation_id,
        shares.top_percent,
        shares.conversions_of_all,
        shares.count_moments,
        levels.conversions_above
        + levels.count_conversions * (shares.count_moments - levels.moments_above) / levels.count_moments
            as count_conversions

    from shares
    inner join levels
        on
            shares.evaluation_id = levels.evaluation_id
            and shares.count_moments > levels.moments_above
            and shares.count_moments <= levels.moments_above + levels.count_moments

),

final as (

    select
        evaluation_id,
        top_percent,
        count_moments,
        count_conversions,
        count_conversions / count_moments as precision,
        count_conversions / nullif(conversions_of_all, 0) as capture
    from found

)

select * from final
