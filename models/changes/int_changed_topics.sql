-- noqa: disable=LT02
{%- set features = feature_definitions() | selectattr("source", "equalto", "events") | list %}
with aged as (

    select * from {{ ref('int_change_features') }}
    where scenario = 'aged'

),

now as (

    select * from {{ ref('features') }}
    where is_now

),

compared as (

    select
        aged.lead_id,
        [
            {%- for topic in event_topics() %}
            {
                'topic_number': {{ loop.index }},
                'topic': '{{ topic }}',
                'is_changed': false
                {%- for feature in features if feature.topic == topic %}
                or aged.{{ feature.name }} is distinct from now.{{ feature.name }}
                {%- endfor %}
            }{{ "," if not loop.last }}
            {%- endfor %}
        ] as topics

    from aged
    inner join now on aged.lead_id = now.lead_id

),

unnested as (

    select
        lead_id,
        unnest(topics) as topic
    from compared

),

final as (

    select
        lead_id,
        topic.topic_number as topic_number,
        topic.topic as topic
    from unnested
    where topic.is_changed

)

select * from final
