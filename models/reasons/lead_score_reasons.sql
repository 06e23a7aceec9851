{{ config(contract={'enforced': true}) }}
{#- A rate of fewer leads says more of chance than of them. -#}
{%- set min_similar_leads = 100 -%}
with scores as (

    select * from {{ ref('int_lead_scores') }}

),

base_scores as (

    select * from {{ ref('int_base_scores') }}

),

reasons as (

    select * from {{ ref('int_lead_reasons') }}

),

reason_values as (

    select * from {{ ref('int_reason_values') }}

),

sentences as (

    select * from {{ ref('int_reason_sentences') }}

),

similar_leads as (

    select * from {{ ref('int_similar_leads') }}
    where count_leads >= {{ min_similar_leads }}

),

overall as (

    select avg(cast(label as integer)) as conversion_rate
    from {{ ref('int_reference_moments') }}

),

frame as (

    select
        max(template) filter (where subject = 'base') as base,
        max(template) filter (where subject = 'rest') as rest,
        max(template) filter (where subject = 'similar') as similar_leads
    from {{ ref('reason_templates') }}

),

base as (

    select
        base_scores.lead_id,
        0 as rank,
        'base' as direction,
        base_scores.base_margin as contribution,
        cast(base_scores.base_score as decimal(7, 2)) as contribution_points,
        {{ filled_template('frame.base', '0', {'value': "printf('%.2f', base_scores.base_score)"}) }}
            as reason

    from base_scores
    cross join frame

),

told as (

    select
        reasons.lead_id,
        reasons.rank,
        reasons.direction,
        reasons.topic,
        reasons.feature_name,
        reason_values.feature_value,
        reasons.contribution,
        cast(reasons.contribution_points as decimal(7, 2)) as contribution_points,
        sentences.sentence || case
            when similar_leads.count_leads is null then ''
            else {{ filled_template('frame.similar_leads', '0', {
                'similar_rate': "printf('%.1f%%', 100 * similar_leads.conversion_rate)",
                'overall_rate': "printf('%.1f%%', 100 * overall.conversion_rate)",
                'horizon': "'" ~ var('label_horizon_days') ~ "'",
            }) }}
        end as reason,
        similar_leads.count_leads as count_similar_leads,
        round(similar_leads.conversion_rate, 4) as similar_conversion_rate

    from reasons
    inner join reason_values
        on reasons.lead_id = reason_values.lead_id and reasons.rank = reason_values.rank
    inner join sentences
        on reasons.lead_id = sentences.lead_id and reasons.rank = sentences.rank
    left join similar_leads
        on
            reasons.feature_name = similar_leads.feature_name
            and reason_values.bin is not distinct from similar_leads.bin
    cross join overall
    cross join frame

),

named as (

    select * from base

    union all by name

    select * from told

),

-- What the reasons leave to the score as it is shown, the rounding included.
rest as (

    select
        scores.lead_id,
        max(named.rank) + 1 as rank,
        'rest' as direction,
        scores.margin - fsum(named.contribution) as contribution,
        cast(scores.score as decimal(7, 2)) - sum(named.contribution_points) as contribution_points,
        any_value(frame.rest) as reason

    from scores
    inner join named on scores.lead_id = named.lead_id
    cross join frame
    group by scores.lead_id, scores.margin, scores.score

),

all_rows as (

    select * from named

    union all by name

    select * from rest

),

final as (

    select
        all_rows.lead_id,
        cast(all_rows.rank as integer) as rank,

        all_rows.direction,
        all_rows.topic,
        all_rows.feature_name,
        all_rows.feature_value,
        round(all_rows.contribution, 6) as contribution,
        cast(all_rows.contribution_points as decimal(7, 2)) as contribution_points,
        all_rows.reason,
        all_rows.count_similar_leads,
        all_rows.similar_conversion_rate,

        scores.model_version,
        scores.as_of

    from all_rows
    inner join scores on all_rows.lead_id = scores.lead_id

)

select * from final
