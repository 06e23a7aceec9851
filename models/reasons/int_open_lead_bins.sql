{{ config(materialized='table_in_parts') }}
with contributions as (

    select * from {{ ref('int_lead_contributions') }}

),

features as (

    select
        *,
        row_number() over (order by position_in_model) as place
    from {{ ref('int_champion_features') }}
    where part = coalesce(getvariable('part'), part)

),

bins as (

    select * from {{ ref('int_feature_bins') }}

),

feature_values as (

    select * from {{ ref('int_feature_values') }}
    where is_now

),

positions as (

    select list(position_in_model order by place) as of_part from features

),

contributions_of_part as (

    select
        contributions.lead_id,
        list_select(contributions.contributions, positions.of_part) as contributions
    from contributions
    cross join positions

),

-- The contributions of a lead go along in a list: too many to be joined to the values one by one.
leads as (

    select
        feature_values.numbers,
        feature_values.categories,
        contributions_of_part.contributions
    from feature_values
    inner join contributions_of_part on feature_values.lead_id = contributions_of_part.lead_id

),

binned as (

    {{ values_by_feature('leads', 'features', 'bins', ['contributions']) }}

),

final as (

    select
        binned.feature_name,
        binned.bin,
        count(*) as count_open_leads,
        favg(binned.contributions[features.place]) as mean_contribution

    from binned
    inner join features on binned.feature_name = features.feature_name
    group by binned.feature_name, binned.bin

)

select * from final
