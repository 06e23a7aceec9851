with levels as (

    select * from {{ ref('int_score_levels') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

-- the precision at each level, weighted by the share of the conversions that the level adds
final as (

    select
        levels.evaluation_id,
        fsum(
            levels.count_conversions
            * (levels.conversions_above + levels.count_conversions)
            / (levels.moments_above + levels.count_moments)
        ) / nullif(evaluations.count_conversions, 0) as pr_auc

    from levels
    inner join evaluations on levels.evaluation_id = evaluations.evaluation_id
    group by levels.evaluation_id, evaluations.count_conversions

)

select * from final
