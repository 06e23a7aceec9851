{#-
    Query: the features, each defined once in feature_definitions, for each row of a spine.

    facts  relation like the query of facts_by_lead_moment
    ids    its columns that name the row, to be kept
-#}
{% macro features_of_facts(facts, ids) -%}
    {%- set definitions = feature_definitions() -%}
with facts as (

    select * from {{ facts }}

),

-- The user's own columns are typed from what is known of them by now.
x_types as (

    select
        coalesce(list(attribute) filter (where type = 'number'), []) as number_names,
        coalesce(list(attribute) filter (where type = 'category'), []) as category_names
    from {{ ref('int_x_attributes') }}

),

facts_with_x_attributes as (

    select
        facts.*,
        list_concat(
            map_entries(facts.x_attributes),
            list_transform(
                map_entries(facts.account_x_attributes),
                lambda entry: {'key': 'account_' || entry.key, 'value': entry.value}
            )
        ) as x_entries,
        x_types.number_names,
        x_types.category_names

    from facts
    cross join x_types

),

final as (

    select
        -- ids
        {%- for id in ids %}
        {{ id }},
        {%- endfor %}

        -- numbers are float32 and never infinite, as the trees are trained on them and the ONNX graph reads them
        {%- for feature in definitions if feature.type == 'number' %}
        {{ finite_float(feature.sql) }} as {{ feature.name }},
        {%- endfor %}
        {%- for feature in definitions if feature.type == 'category' %}
        cast({{ feature.sql }} as varchar) as {{ feature.name }},
        {%- endfor %}

        -- the user's own columns
        map_from_entries(list_transform(
            list_filter(x_entries, lambda entry: list_contains(number_names, entry.key)),
            lambda entry: {
                'key': entry.key,
                'value': {{ finite_float(boolean_or_number('entry.value')) }},
            }
        )) as x_numbers,
        map_from_entries(list_filter(
            x_entries,
            lambda entry: list_contains(category_names, entry.key)
        )) as x_categories

    from facts_with_x_attributes

)

select * from final
{%- endmacro %}
