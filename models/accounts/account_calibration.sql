with predictions as (

    select * from {{ ref('int_account_predictions') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- By the middle rank, counted from the lowest: what ties stays together.
binned as (

    select
        *,
        1 + cast(floor(
            (
                rank() over (partition by scope, method order by probability) - 1
                + (count(*) over (partition by scope, method, probability) - 1) / 2e0
            ) * 10 / count(*) over (partition by scope, method)
        ) as integer) as bin
    from predictions

),

accounts as (

    select
        model_version,
        origin_at,
        scope,
        method,
        bin,
        account_id,
        count(*) as count_moments,
        count(*) filter (where is_converted) as count_conversions,
        fsum(probability) as sum_probability

    from binned
    group by model_version, origin_at, scope, method, bin, account_id

),

bins as (

    select
        model_version,
        origin_at,
        scope,
        method,
        bin,
        cast(sum(count_moments) as bigint) as count_moments,
        count(*) as count_accounts,
        cast(sum(count_conversions) as bigint) as count_conversions,
        {{ effective_count('count_moments', 'count_conversions') }} as effective_count,
        round(fsum(sum_probability) / sum(count_moments), 12) as mean_probability,
        sum(count_conversions) / sum(count_moments) as conversion_rate

    from accounts
    group by model_version, origin_at, scope, method, bin

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
        intervals.model_version,
        intervals.origin_at,
        intervals.scope,
        intervals.method,
        intervals.bin,

        -- counts
        intervals.count_moments,
        intervals.count_accounts,
        intervals.count_conversions,

        -- promised and kept
        intervals.mean_probability,
        intervals.conversion_rate,
        intervals.conversion_rate_low,
        intervals.conversion_rate_high,
        intervals.mean_probability between intervals.conversion_rate_low and intervals.conversion_rate_high
            as is_within_interval,

        run_context.as_of

    from intervals
    cross join run_context

)

select * from final
