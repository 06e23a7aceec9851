with bins as (

    select * from {{ ref('int_calibration_bins') }}

),

evaluations as (

    select
        evaluation_id,
        cast(count_moments as double) as count_moments,
        count_conversions / cast(count_moments as double) as conversion_rate
    from {{ ref('int_evaluations') }}

),

-- Murphy 1973
final as (

    select
        bins.evaluation_id,
        fsum(bins.count_moments * pow(bins.mean_probability - bins.conversion_rate, 2))
        / evaluations.count_moments as brier_reliability,
        fsum(bins.count_moments * pow(bins.conversion_rate - evaluations.conversion_rate, 2))
        / evaluations.count_moments as brier_resolution,
        evaluations.conversion_rate * (1 - evaluations.conversion_rate) as brier_uncertainty,
        fsum(bins.count_moments * abs(bins.mean_probability - bins.conversion_rate))
        / evaluations.count_moments as calibration_error

    from bins
    inner join evaluations on bins.evaluation_id = evaluations.evaluation_id
    group by bins.evaluation_id, evaluations.count_moments, evaluations.conversion_rate

)

select * from final
