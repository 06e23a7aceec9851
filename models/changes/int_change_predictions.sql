-- noqa: disable=LT02
{%- set topics = event_topics() %}
with champion as (

    select * from {{ ref('int_champion') }}

),

scenarios as (

    select * from {{ ref('int_change_features') }}

),

now as (

    select * from {{ ref('features') }}
    where is_now

),

changed_topics as (

    select * from {{ ref('int_changed_topics') }}

),

-- Topic by topic, what is known now takes the place of what time alone would have made of it; topics of which
-- nothing is new need no step of their own.
steps as (

    select
        changed_topics.topic_number,
        changed_topics.topic,
        {%- for feature in feature_definitions() %}
        {%- if feature.source == "events" %}
        case
            when changed_topics.topic_number >= {{ topics.index(feature.topic) + 1 }}
                then now.{{ feature.name }}
            else aged.{{ feature.name }}
        end as {{ feature.name }},
        {%- else %}
        aged.{{ feature.name }},
        {%- endif %}
        {%- endfor %}
        aged.x_numbers,
        aged.x_categories,
        aged.lead_id

    from changed_topics
    inner join now on changed_topics.lead_id = now.lead_id
    inner join scenarios as aged on changed_topics.lead_id = aged.lead_id and aged.scenario = 'aged'

),

vectors as (

    select
        case scenario when 'before' then -1 else 0 end as topic_number,
        *
    from scenarios

    union all by name

    select
        'topic' as scenario,
        *
    from steps

),

scored as (

    select
        vectors.lead_id,
        vectors.scenario,
        vectors.topic_number,
        vectors.topic,
        {{ lead_score(ref('lead_models'), 'champion.model_version', 'vectors') }} as prediction

    from vectors
    cross join champion

),

final as (

    select
        lead_id,
        scenario,
        topic_number,
        topic,
        prediction.margin as margin,
        prediction.probability as probability
    from scored

)

select * from final
