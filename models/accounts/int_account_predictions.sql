with predictions as (

    select * from {{ ref('int_colleague_predictions') }}
    where is_newest_origin

),

-- Estimated before: nothing that is tested here was learnt from.
dependence as (

    select * from {{ ref('int_account_dependence') }}
    where origins = 'older'

),

account_moments as (

    select
        predictions.model_version,
        predictions.origin_at,
        predictions.account_id,
        predictions.moment_at,
        count(*) as count_leads,
        count(*) filter (where predictions.label) as count_lead_conversions,
        fsum(predictions.probability) as sum_lead_probability,
        bool_or(predictions.label) as is_converted,
        unnest([
            {
                'method': 'independent',
                'probability': {{ any_converts('predictions.probability', '0e0') }}
            },
            {
                'method': 'dependent',
                'probability': {{ any_converts('predictions.probability', 'dependence.dependence') }}
            },
            {
                'method': 'max',
                'probability': max(predictions.probability)
            }
        ]) as answer

    from predictions
    cross join dependence
    group by
        predictions.model_version,
        predictions.origin_at,
        predictions.account_id,
        predictions.moment_at,
        dependence.dependence

),

final as (

    select
        model_version,
        origin_at,
        unnest(case when count_leads > 1 then ['all', 'several_leads'] else ['all'] end) as scope,
        answer.method as method,
        account_id,
        moment_at,
        count_leads,
        count_lead_conversions,
        sum_lead_probability,
        is_converted,
        -- rounded, so that the order of a sum decides no rank
        round(answer.probability, 12) as probability

    from account_moments

)

select * from final
