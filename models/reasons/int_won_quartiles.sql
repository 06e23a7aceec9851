{#- Fewer are no crowd to be compared with. -#}
{%- set min_leads = 40 -%}
with feature_values as (

    select * from {{ ref('int_feature_values') }}

),

reference_moments as (

    select * from {{ ref('int_reference_moments') }}

),

positions as (

    select * from {{ ref('int_feature_positions') }}
    where feature_type = 'number'

),

-- A lead that was won counts once, as it was shortly before.
last_moments as (

    select
        lead_id,
        max(moment_at) as moment_at
    from reference_moments
    where label
    group by lead_id

),

numbers as (

    select
        generate_subscripts(feature_values.numbers, 1) as position,
        unnest(feature_values.numbers) as number

    from feature_values
    inner join last_moments
        on
            feature_values.lead_id = last_moments.lead_id
            and feature_values.moment_at = last_moments.moment_at

),

final as (

    select
        positions.feature_name,
        quantile_disc(numbers.number, 0.25) as lower_quartile,
        quantile_disc(numbers.number, 0.75) as upper_quartile,
        count(numbers.number) as count_leads

    from numbers
    inner join positions on numbers.position = positions.position
    group by positions.feature_name
    having count(numbers.number) >= {{ min_leads }}

)

select * from final
