with bins as (

    select * from {{ ref('int_calibration_bins') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

intervals as (

    select
        *,
        {{ wilson_bound('low', 'conversion_rate', 'effective_count') }} as conversion_rate_low,
        {{ wilson_bound('high', 'conversion_rate', 'effective_count') }} as conversion_rate_high
    from bins

),

final as (

    select
        -- ids
        evaluations.model_version,
        evaluations.split,
        evaluations.origin_at,
        evaluations.contestant,
        intervals.bin,

        -- counts
        intervals.count_moments,
        intervals.count_leads,
        intervals.count_conversions,

        -- promised and kept
        round(intervals.mean_probability, 12) as mean_probability,
        intervals.conversion_rate,
        intervals.conversion_rate_low,
        intervals.conversion_rate_high,
        intervals.mean_probability between intervals.conversion_rate_low and intervals.conversion_rate_high
            as is_within_interval,

        run_context.as_of

    from intervals
    inner join evaluations on intervals.evaluation_id = evaluations.evaluation_id
    cross join run_context

)

select * from final
