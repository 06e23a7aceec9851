with evaluations as (

    select * from {{ ref('int_evaluations') }}

),

areas as (

    select * from {{ ref('int_auc') }}

),

average_precisions as (

    select * from {{ ref('int_average_precision') }}

),

probability_figures as (

    select * from {{ ref('int_probability_figures') }}

),

calibration_figures as (

    select * from {{ ref('int_calibration_figures') }}

),

top_10_percent as (

    select * from {{ ref('int_lift') }}
    where top_percent = 10

),

top_20_percent as (

    select * from {{ ref('int_lift') }}
    where top_percent = 20

),

-- how much the model itself would have been another, had it learnt from other leads
stability as (

    select * from {{ ref('int_model_stability') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- what it costs to know no more than the base rate
constant as (

    select
        evaluations.model_version,
        evaluations.split,
        evaluations.origin_at,
        probability_figures.log_loss

    from evaluations
    inner join probability_figures on evaluations.evaluation_id = probability_figures.evaluation_id
    where evaluations.contestant = 'constant'

),

final as (

    select
        -- ids
        evaluations.model_version,
        evaluations.split,
        evaluations.origin_at,
        evaluations.contestant,
        evaluations.model_kind,

        -- what was predicted
        evaluations.count_moments,
        evaluations.count_leads,
        evaluations.count_conversions,
        evaluations.count_conversions / evaluations.count_moments as conversion_rate,
        -- (the last digits of a sum depend on the order in which threads add it up)
        round(probability_figures.mean_probability, 12) as mean_probability,

        -- do the winners rank first?
        areas.auc,
        round(areas.auc_low, 12) as auc_low,
        round(areas.auc_high, 12) as auc_high,
        round(average_precisions.pr_auc, 12) as pr_auc,

        -- are the probabilities sharp?
        round(probability_figures.log_loss, 12) as log_loss,
        round(probability_figures.log_loss_standard_error, 12) as log_loss_standard_error,
        round(1 - probability_figures.log_loss / nullif(constant.log_loss, 0), 12) as log_loss_skill,
        round(probability_figures.brier_score, 12) as brier_score,

        -- are they true?
        round(calibration_figures.brier_reliability, 12) as brier_reliability,
        round(calibration_figures.brier_resolution, 12) as brier_resolution,
        round(calibration_figures.brier_uncertainty, 12) as brier_uncertainty,
        round(calibration_figures.calibration_error, 12) as calibration_error,

        -- what do those find who work from the top?
        round(top_10_percent.precision, 12) as precision_at_10_percent,
        round(top_20_percent.capture, 12) as capture_at_20_percent,
        round(top_20_percent.count_conversions, 12) as conversions_in_top_20_percent,

        -- would the model be the same with other leads?
        stability.auc_spread,
        stability.top_10_percent_stability,

        run_context.as_of

    from evaluations
    left join areas on evaluations.evaluation_id = areas.evaluation_id
    left join average_precisions on evaluations.evaluation_id = average_precisions.evaluation_id
    left join probability_figures on evaluations.evaluation_id = probability_figures.evaluation_id
    left join calibration_figures on evaluations.evaluation_id = calibration_figures.evaluation_id
    left join top_10_percent on evaluations.evaluation_id = top_10_percent.evaluation_id
    left join top_20_percent on evaluations.evaluation_id = top_20_percent.evaluation_id
    left join constant
        on
            evaluations.model_version = constant.model_version
            and evaluations.split = constant.split
            and evaluations.origin_at is not distinct from constant.origin_at
    left join stability
        on
            evaluations.model_version = stability.model_version
            and evaluations.contestant in ('champion', 'challenger')
    cross join run_context

)

select * from final
