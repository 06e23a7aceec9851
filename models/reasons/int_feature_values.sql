{{ config(materialized='view') }}
with features as (

    select * from {{ ref('features') }}

),

own_columns as (

    select
        coalesce(list(attribute order by attribute) filter (where type = 'number'), []) as number_names,
        coalesce(list(attribute order by attribute) filter (where type = 'category'), []) as category_names
    from {{ ref('int_x_attributes') }}

),

usual_words as (

    select coalesce(list(feature_name || '=' || word), []) as usual
    from {{ ref('int_usual_words') }}

),

final as (

    select
        features.lead_id,
        features.moment_at,
        features.is_now,

        list_concat(
            [
                {%- for name in features_of_type('number') %}
                features.{{ name }}{{ "," if not loop.last }}
                {%- endfor %}
            ],
            list_transform(own_columns.number_names, lambda name: features.x_numbers[name])
        ) as numbers,
        list_concat(
            [
                {%- for name in features_of_type('category') %}
                {%- if name in free_words() %}
                {{ unless_rare("'" ~ name ~ "'", 'features.' ~ name, 'usual_words.usual') }}
                {%- else %}
                features.{{ name }}
                {%- endif %}
                {{- "," if not loop.last }}
                {%- endfor %}
            ],
            list_transform(
                own_columns.category_names,
                lambda name: {{ unless_rare('name', 'features.x_categories[name]', 'usual_words.usual') }}
            )
        ) as categories

    from features
    cross join own_columns
    cross join usual_words

)

select * from final
