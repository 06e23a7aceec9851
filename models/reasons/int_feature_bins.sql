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

numbers as (

    select
        generate_subscripts(feature_values.numbers, 1) as position,
        unnest(feature_values.numbers) as number

    from feature_values
    inner join reference_moments
        on
            feature_values.lead_id = reference_moments.lead_id
            and feature_values.moment_at = reference_moments.moment_at

),

deciles as (

    select
        position,
        quantile_disc(number, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) as bounds
    from numbers
    group by position

),

-- Where many have the same value, deciles fall together and so do their bins.
final as (

    select
        positions.feature_name,
        coalesce(list_sort(list_distinct(deciles.bounds)), []) as bounds

    from positions
    left join deciles on positions.position = deciles.position

)

select * from final
