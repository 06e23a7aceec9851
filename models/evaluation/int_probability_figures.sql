with predictions as (

    select * from {{ ref('int_judged_predictions') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}
    where scale = 'probability'

),

-- A probability of 0 or 1 that is wrong costs -ln(the epsilon of a double), as in scikit-learn, not infinity.
losses as (

    select
        predictions.evaluation_id,
        predictions.lead_id,
        predictions.probability,
        -ln(greatest(
            case when predictions.label then predictions.probability else 1 - predictions.probability end,
            2.220446049250313e-16
        )) as log_loss,
        pow(predictions.probability - cast(predictions.label as integer), 2) as squared_error

    from predictions
    inner join evaluations on predictions.evaluation_id = evaluations.evaluation_id

),

means as (

    select
        evaluation_id,
        favg(probability) as mean_probability,
        favg(log_loss) as log_loss,
        favg(squared_error) as brier_score
    from losses
    group by evaluation_id

),

leads as (

    select
        losses.evaluation_id,
        losses.lead_id,
        count(*) as count_moments,
        fsum(losses.log_loss - means.log_loss) as excess

    from losses
    inner join means on losses.evaluation_id = means.evaluation_id
    group by losses.evaluation_id, losses.lead_id

),

-- the mean as a ratio of sums by lead (Cochran 1977, section 6.4)
standard_errors as (

    select
        evaluation_id,
        sqrt(fsum(excess * excess) * count(*) / nullif(count(*) - 1, 0)) / sum(count_moments)
            as log_loss_standard_error
    from leads
    group by evaluation_id

),

final as (

    select
        means.evaluation_id,
        means.mean_probability,
        means.log_loss,
        standard_errors.log_loss_standard_error,
        means.brier_score

    from means
    inner join standard_errors on means.evaluation_id = standard_errors.evaluation_id

)

select * from final
