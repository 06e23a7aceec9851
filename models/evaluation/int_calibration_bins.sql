with predictions as (

    select * from {{ ref('int_judged_predictions') }}

),

levels as (

    select * from {{ ref('int_score_levels') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}
    where scale = 'probability'

),

-- By the middle rank of the level, counted from the lowest: what ties stays together.
binned_levels as (

    select
        levels.evaluation_id,
        levels.ranked_by,
        1 + cast(floor(
            (evaluations.count_moments - levels.moments_above - (levels.count_moments + 1) / 2e0)
            * 10 / evaluations.count_moments
        ) as integer) as bin

    from levels
    inner join evaluations on levels.evaluation_id = evaluations.evaluation_id

),

leads as (

    select
        predictions.evaluation_id,
        binned_levels.bin,
        predictions.lead_id,
        count(*) as count_moments,
        count(*) filter (where predictions.label) as count_conversions,
        fsum(predictions.probability) as sum_probability

    from predictions
    inner join binned_levels
        on
            predictions.evaluation_id = binned_levels.evaluation_id
            and predictions.ranked_by = binned_levels.ranked_by
    group by predictions.evaluation_id, binned_levels.bin, predictions.lead_id

),

bins as (

    select
        evaluation_id,
        bin,
        cast(sum(count_moments) as bigint) as count_moments,
        count(*) as count_leads,
        cast(sum(count_conversions) as bigint) as count_conversions,
        {{ effective_count('count_moments', 'count_conversions') }} as effective_count,
        fsum(sum_probability) as sum_probability

    from leads
    group by evaluation_id, bin

),

final as (

    select
        *,
        sum_probability / count_moments as mean_probability,
        count_conversions / count_moments as conversion_rate
    from bins

)

select * from final
