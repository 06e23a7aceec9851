with previous_scores as (

    select * from {{ ref('int_previous_scores') }}

),

scores as (

    select * from {{ ref('int_lead_scores') }}

),

predictions as (

    select * from {{ ref('int_change_predictions') }}

),

-- A step begins where the one before it ended. The first begins at what was told.
steps as (

    select
        predictions.lead_id,
        predictions.scenario,
        predictions.topic_number,
        predictions.topic,
        scores.model_version != previous_scores.model_version as is_other_model,
        coalesce(
            lag({{ shown_score('predictions.margin', 'predictions.probability') }}) over (
                partition by predictions.lead_id
                order by predictions.topic_number
            ),
            cast(previous_scores.score as decimal(5, 1))
        ) as from_score,
        {{ shown_score('predictions.margin', 'predictions.probability') }} as to_score

    from predictions
    inner join previous_scores on predictions.lead_id = previous_scores.lead_id
    inner join scores on predictions.lead_id = scores.lead_id

),

final as (

    select
        lead_id,
        case
            when scenario = 'before' and is_other_model then 'model'
            when scenario = 'aged' then 'decay'
            else 'events'
        end as cause,
        case when scenario = 'before' and not is_other_model then 'late_facts' else topic end as topic,
        cast(to_score - from_score as decimal(5, 1)) as points
    from steps

)

select * from final
