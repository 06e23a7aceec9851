with test_predictions as (

    select * from {{ ref('int_test_predictions') }}

),

training_moments as (

    select * from {{ ref('training_moments') }}

),

champion as (

    select * from {{ ref('int_champion') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- What someone would say who knew no more than how often leads were won before the test.
constant as (

    select avg(cast(label as integer)) as probability
    from training_moments
    where evaluation_use in ('train', 'calibrate')

),

test_rows as (

    select
        lead_id,
        moment_at,
        label
    from training_moments
    where evaluation_use = 'test'

),

predictions as (

    select
        lead_id,
        label,
        model_version as evaluated_version,
        model_kind,
        margin,
        probability
    from test_predictions

    union all

    select
        test_rows.lead_id,
        test_rows.label,
        'constant' as evaluated_version,
        'constant' as model_kind,
        cast(0 as double) as margin,
        constant.probability
    from test_rows
    cross join constant

),

-- Rows with one margin share the mean of their ranks, as in the Mann-Whitney statistic.
ranked as (

    select
        *,
        cast(label as integer) as won,
        -- (least and greatest pass over nulls, and the rules have no probability)
        case when probability is not null then least(greatest(probability, 1e-15), 1 - 1e-15) end
            as clipped_probability,
        rank() over (partition by evaluated_version order by margin)
        + (count(*) over (partition by evaluated_version, margin) - 1) / 2e0 as mean_rank,
        ntile(10) over (partition by evaluated_version order by margin, lead_id) as tenth

    from predictions

),

tenths as (

    select
        evaluated_version,
        fsum(abs(sum_probability - sum_won)) / sum(count_rows) as calibration_error

    from (
        select
            evaluated_version,
            tenth,
            fsum(probability) as sum_probability,
            sum(won) as sum_won,
            count(*) as count_rows
        from ranked
        group by evaluated_version, tenth
    ) as by_tenth
    group by evaluated_version

),

metrics as (

    select
        evaluated_version,
        model_kind,

        count(*) as count_moments,
        count(distinct lead_id) as count_leads,
        sum(won) as count_conversions,
        avg(won) as conversion_rate,
        favg(probability) as mean_probability,

        (sum(mean_rank) filter (where label) - sum(won) * (sum(won) + 1) / 2e0)
        / nullif(sum(won) * (count(*) - sum(won)), 0) as auc,
        favg(-ln(case when label then clipped_probability else 1 - clipped_probability end)) as log_loss,
        favg(pow(probability - won, 2)) as brier_score

    from ranked
    group by evaluated_version, model_kind

),

final as (

    select
        champion.model_version,
        'test' as split,
        metrics.model_kind,
        metrics.evaluated_version,

        cast(metrics.count_moments as bigint) as count_moments,
        cast(metrics.count_leads as bigint) as count_leads,
        cast(metrics.count_conversions as bigint) as count_conversions,
        metrics.conversion_rate,
        -- the last digits of a sum depend on the order in which threads add it up
        round(metrics.mean_probability, 12) as mean_probability,

        metrics.auc,
        round(metrics.log_loss, 12) as log_loss,
        round(metrics.brier_score, 12) as brier_score,
        round(tenths.calibration_error, 12) as calibration_error,

        run_context.as_of

    from metrics
    inner join tenths on metrics.evaluated_version = tenths.evaluated_version
    cross join champion
    cross join run_context

)

select * from final
