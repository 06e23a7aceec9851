with predictions as (

    select * from {{ ref('int_account_predictions') }}

),

dependence as (

    select * from {{ ref('int_account_dependence') }}
    where origins = 'older'

),

run_context as (

    select * from {{ ref('run_context') }}

),

losses as (

    select
        *,
        -ln(greatest(
            case when is_converted then probability else 1 - probability end,
            2.220446049250313e-16
        )) as log_loss
    from predictions

),

excesses as (

    select
        *,
        log_loss - max(log_loss) filter (where method = 'independent') over (
            partition by scope, account_id, moment_at
        ) as excess_loss
    from losses

),

-- The moments of an account are not independent: its sums count as one.
accounts as (

    select
        model_version,
        origin_at,
        scope,
        method,
        account_id,
        count(*) as count_moments,
        count(*) filter (where is_converted) as count_conversions,
        fsum(probability) as sum_probability,
        fsum(log_loss) as sum_log_loss,
        fsum(excess_loss) as sum_excess_loss,
        sum(count_leads) as count_lead_moments,
        sum(count_lead_conversions) as count_lead_conversions,
        fsum(sum_lead_probability) as sum_lead_probability

    from excesses
    group by model_version, origin_at, scope, method, account_id

),

methods as (

    select
        model_version,
        origin_at,
        scope,
        method,

        cast(sum(count_moments) as bigint) as count_moments,
        count(*) as count_accounts,
        cast(sum(count_conversions) as bigint) as count_conversions,
        {{ effective_count('count_moments', 'count_conversions') }} as effective_count,

        fsum(sum_probability) / sum(count_moments) as mean_probability,
        sum(count_conversions) / sum(count_moments) as conversion_rate,
        fsum(sum_lead_probability) / sum(count_lead_moments) as mean_lead_probability,
        sum(count_lead_conversions) / sum(count_lead_moments) as lead_conversion_rate,

        fsum(sum_log_loss) / sum(count_moments) as log_loss,
        fsum(sum_excess_loss) / sum(count_moments) as log_loss_excess,
        stddev_samp(sum_excess_loss) * sqrt(count(*)) / sum(count_moments) as log_loss_excess_standard_error

    from accounts
    group by model_version, origin_at, scope, method

),

intervals as (

    select
        *,
        {{ wilson_bound('low', 'conversion_rate', 'effective_count') }} as conversion_rate_low,
        {{ wilson_bound('high', 'conversion_rate', 'effective_count') }} as conversion_rate_high
    from methods

),

final as (

    select
        -- ids
        intervals.model_version,
        intervals.origin_at,
        intervals.scope,
        intervals.method,

        -- counts
        intervals.count_moments,
        intervals.count_accounts,
        intervals.count_conversions,

        -- promised and kept
        round(intervals.mean_probability, 12) as mean_probability,
        intervals.conversion_rate,
        intervals.conversion_rate_low,
        intervals.conversion_rate_high,
        round(intervals.mean_lead_probability, 12) as mean_lead_probability,
        intervals.lead_conversion_rate,

        -- losses
        round(intervals.log_loss, 12) as log_loss,
        round(intervals.log_loss_excess, 12) as log_loss_excess,
        round(intervals.log_loss_excess_standard_error, 12) as log_loss_excess_standard_error,

        -- what was tested
        dependence.dependence as tested_dependence,
        dependence.dependence_reason,
        run_context.as_of

    from intervals
    cross join dependence
    cross join run_context

)

select * from final
