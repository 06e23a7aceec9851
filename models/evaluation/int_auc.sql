with predictions as (

    select * from {{ ref('int_judged_predictions') }}

),

levels as (

    select * from {{ ref('int_score_levels') }}

),

evaluations as (

    select
        evaluation_id,
        count_conversions as positives,
        count_moments - count_conversions as negatives
    from {{ ref('int_evaluations') }}

),

-- Of the pairs of a moment with each moment of the other class: how many rank rightly, ties counted half.
-- Halves add up exactly, in any order.
placed as (

    select
        predictions.evaluation_id,
        predictions.lead_id,
        predictions.label,
        case
            when predictions.label
                then
                    evaluations.negatives
                    - (levels.moments_above - levels.conversions_above)
                    - (levels.count_moments - levels.count_conversions) / 2e0
            else levels.conversions_above + levels.count_conversions / 2e0
        end as right_pairs

    from predictions
    inner join evaluations on predictions.evaluation_id = evaluations.evaluation_id
    inner join levels
        on predictions.evaluation_id = levels.evaluation_id and predictions.ranked_by = levels.ranked_by

),

leads as (

    select
        evaluation_id,
        lead_id,
        count(*) filter (where label) as positives,
        count(*) filter (where not label) as negatives,
        coalesce(sum(right_pairs) filter (where label), 0) as right_pairs_of_positives,
        coalesce(sum(right_pairs) filter (where not label), 0) as right_pairs_of_negatives

    from placed
    group by evaluation_id, lead_id

),

areas as (

    select
        leads.evaluation_id,
        evaluations.positives,
        evaluations.negatives,
        sum(leads.right_pairs_of_positives)
        / nullif(cast(evaluations.positives as double) * evaluations.negatives, 0) as auc

    from leads
    inner join evaluations on leads.evaluation_id = evaluations.evaluation_id
    group by leads.evaluation_id, evaluations.positives, evaluations.negatives

),

-- A lead's structural components (DeLong et al. 1988), summed over its moments, less what one expects.
components as (

    select
        leads.evaluation_id,
        leads.positives,
        leads.negatives,
        (leads.right_pairs_of_positives / areas.negatives - leads.positives * areas.auc) / areas.positives
            as of_positives,
        (leads.right_pairs_of_negatives / areas.positives - leads.negatives * areas.auc) / areas.negatives
            as of_negatives

    from leads
    inner join areas on leads.evaluation_id = areas.evaluation_id
    where areas.auc is not null

),

-- Obuchowski 1997, equation 4. Undefined with one lead of a class.
deviations as (

    select
        evaluation_id,
        sqrt(greatest(
            fsum(of_positives * of_positives)
            * count(*) filter (where positives > 0) / nullif(count(*) filter (where positives > 0) - 1, 0)
            + fsum(of_negatives * of_negatives)
            * count(*) filter (where negatives > 0) / nullif(count(*) filter (where negatives > 0) - 1, 0)
            + 2 * fsum(of_positives * of_negatives) * count(*) / nullif(count(*) - 1, 0),
            0
        )) as standard_error

    from components
    group by evaluation_id

),

final as (

    select
        areas.evaluation_id,
        areas.auc,
        {{ logit_bound('low', 'areas.auc', 'deviations.standard_error') }} as auc_low,
        {{ logit_bound('high', 'areas.auc', 'deviations.standard_error') }} as auc_high

    from areas
    left join deviations on areas.evaluation_id = deviations.evaluation_id

)

select * from final
