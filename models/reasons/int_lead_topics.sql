with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

model_features as (

    select * from {{ ref('int_model_features') }}

),

feature_catalog as (

    select * from {{ ref('feature_catalog') }}

),

topics as (

    select
        model_features.model_version,
        feature_catalog.topic,
        list(model_features.position order by model_features.position) as positions,
        list(model_features.feature_name order by model_features.position) as feature_names

    from model_features
    inner join feature_catalog on model_features.feature_name = feature_catalog.feature_name
    group by model_features.model_version, feature_catalog.topic

),

-- Lists in the order of the features: threads change no digit, and of equals the first leads.
parts as (

    select
        contributions.lead_id,
        contributions.model_version,
        topics.topic,
        topics.feature_names,
        cast(list_select(contributions.contributions, topics.positions) as double[]) as contributions

    from contributions
    inner join topics on contributions.model_version = topics.model_version

),

final as (

    select
        lead_id,
        model_version,
        topic,
        round(list_sum(contributions), 6) as contribution,
        feature_names[list_position(contributions, list_max(contributions))] as feature_most_for,
        feature_names[list_position(contributions, list_min(contributions))] as feature_most_against

    from parts

)

select * from final
