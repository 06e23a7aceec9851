{{ config(materialized='table_in_parts') }}
with predictions as (

    select * from {{ ref('int_test_predictions') }}
    where contestant = 'champion' and split = 'forward'

),

champion as (

    select * from {{ ref('int_champion') }}

),

features as (

    select * from {{ ref('int_champion_features') }}
    where part = coalesce(getvariable('part'), part)

),

bins as (

    select * from {{ ref('int_feature_bins') }}

),

feature_values as (

    select * from {{ ref('int_feature_values') }}

),

-- The newest origin is nearest to what the champion meets today, and no moment of its test was learnt from.
newest_test as (

    select predictions.*
    from predictions
    inner join champion on predictions.model_version = champion.model_version
    qualify predictions.origin_at = max(predictions.origin_at) over ()

),

moments as (

    select
        newest_test.lead_id,
        newest_test.label,
        newest_test.probability,
        feature_values.numbers,
        feature_values.categories

    from newest_test
    inner join feature_values
        on
            newest_test.lead_id = feature_values.lead_id
            and newest_test.moment_at = feature_values.moment_at

),

binned as (

    {{ values_by_feature('moments', 'features', 'bins', ['lead_id', 'label', 'probability']) }}

),

leads as (

    select
        feature_name,
        bin,
        lead_id,
        count(*) as count_moments,
        count(*) filter (where label) as count_conversions,
        fsum(probability) as sum_probability
    from binned
    group by feature_name, bin, lead_id

),

final as (

    select
        feature_name,
        bin,
        cast(sum(count_moments) as bigint) as count_moments,
        count(*) as count_leads,
        cast(sum(count_conversions) as bigint) as count_conversions,
        {{ effective_count('count_moments', 'count_conversions') }} as effective_moments,
        fsum(sum_probability) / sum(count_moments) as mean_probability
    from leads
    group by feature_name, bin

)

select * from final
