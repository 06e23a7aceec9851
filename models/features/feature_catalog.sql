-- noqa: disable=LT02
{%- set keys = ["name", "group", "topic", "source", "type", "unit", "description", "known_when"] -%}
{%- set labels = topic_labels() %}
with declared as (

    select unnest([
        {%- for feature in feature_definitions() %}
        {
            {%- for key in keys -%}
                '{{ key }}': '{{ feature[key] | replace("'", "''") }}',
            {%- endfor -%}
            'topic_label': '{{ labels[feature.topic] | replace("'", "''") }}'
        }{{ "," if not loop.last }}
        {%- endfor %}
    ], recursive := true)

),

own_columns as (

    select
        attribute as name,
        case when starts_with(attribute, 'account_') then 'account' else 'lead' end as entity,
        type
    from {{ ref('int_x_attributes') }}

),

final as (

    select
        name as feature_name,
        "group" as feature_group,
        topic,
        topic_label,
        source,
        type as feature_type,
        unit,
        description,
        known_when
    from declared

    union all

    select
        name as feature_name,
        'fit' as feature_group,
        name as topic,
        replace(regexp_extract(name, 'x_(.*)', 1), '_', ' ')
        || case when entity = 'account' then ' (company)' else '' end as topic_label,
        'attributes' as source,
        type as feature_type,
        'as given' as unit,
        'Your own column of the ' || entity || '.' as description,
        'when the CRM''s history says so; without a history, since the '
        || entity || ' was known' as known_when
    from own_columns

)

select * from final
