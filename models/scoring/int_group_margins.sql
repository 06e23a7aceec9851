-- noqa: disable=LT02
{% set groups = ["fit", "engagement", "context"] -%}
with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

model_features as (

    select * from {{ ref('int_model_features') }}

),

feature_catalog as (

    select * from {{ ref('feature_catalog') }}

),

positions as (

    select
        model_features.model_version,
        {%- for group in groups %}
        coalesce(
            list(model_features.position order by model_features.position)
                filter (where feature_catalog.feature_group = '{{ group }}'),
            []
        ) as {{ group }}{{ "," if not loop.last }}
        {%- endfor %}

    from model_features
    inner join feature_catalog on model_features.feature_name = feature_catalog.feature_name
    group by model_features.model_version

),

-- Each list is summed in the order of the features: threads change no digit, and like leads tie.
final as (

    select
        contributions.lead_id,
        {%- for group in groups %}
        coalesce(
            list_sum(cast(list_select(contributions.contributions, positions.{{ group }}) as double[])),
            0
        ) as {{ group }}_margin{{ "," if not loop.last }}
        {%- endfor %}

    from contributions
    inner join positions on contributions.model_version = positions.model_version

)

select * from final
