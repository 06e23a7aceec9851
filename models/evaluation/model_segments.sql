with predictions as (

    select * from {{ ref('int_judged_predictions') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}
    where contestant = 'champion' and split = 'forward' and origin_at is null

),

features as (

    select * from {{ ref('features') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

described as (

    select
        evaluations.model_version,
        predictions.lead_id,
        predictions.label,
        predictions.probability,
        predictions.ranked_by,

        coalesce(features.lead_source, 'unknown') as lead_source,
        coalesce(features.account_industry, 'unknown') as industry,
        coalesce(features.lead_country, features.account_country, 'unknown') as country,
        case
            when features.account_employee_count <= 10 then '1 to 10'
            when features.account_employee_count <= 50 then '11 to 50'
            when features.account_employee_count <= 200 then '51 to 200'
            when features.account_employee_count <= 1000 then '201 to 1000'
            when features.account_employee_count > 1000 then 'over 1000'
            else 'unknown'
        end as company_size

    from predictions
    inner join evaluations on predictions.evaluation_id = evaluations.evaluation_id
    inner join features
        on predictions.lead_id = features.lead_id and predictions.moment_at = features.moment_at

),

in_segments as (

    unpivot described
    on lead_source, industry, country, company_size
    into name segment_by value segment

),

-- Rows of one score share the mean of their ranks, as in the Mann-Whitney statistic.
ranked as (

    select
        *,
        case
            when ranked_by is not null
                then
                    rank() over (partition by model_version, segment_by, segment order by ranked_by)
                    + (count(*) over (partition by model_version, segment_by, segment, ranked_by) - 1) / 2e0
        end as mean_rank
    from in_segments

),

segments as (

    select
        model_version,
        segment_by,
        segment,

        count(*) as count_moments,
        count(distinct lead_id) as count_leads,
        count(*) filter (where label) as count_conversions,
        favg(probability) as mean_probability,
        sum(mean_rank) filter (where label) as sum_of_ranks

    from ranked
    group by model_version, segment_by, segment

),

final as (

    select
        -- ids
        segments.model_version,
        segments.segment_by,
        segments.segment,

        -- counts
        segments.count_moments,
        segments.count_leads,
        segments.count_conversions,
        segments.count_moments < 100 or segments.count_conversions < 10 as is_small,

        -- figures
        segments.count_conversions / segments.count_moments as conversion_rate,
        round(segments.mean_probability, 12) as mean_probability,
        round(
            segments.count_conversions / nullif(segments.mean_probability * segments.count_moments, 0), 12
        ) as calibration_ratio,
        (segments.sum_of_ranks - segments.count_conversions * (segments.count_conversions + 1) / 2e0)
        / nullif(segments.count_conversions * (segments.count_moments - segments.count_conversions), 0)
            as auc,

        run_context.as_of

    from segments
    cross join run_context

)

select * from final
