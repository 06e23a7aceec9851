{%- set count_bins = 20 -%}
{%- set definitions = feature_definitions() -%}
with moments as (

    select * from {{ ref('int_leakage_moments') }}

),

features as (

    select * from {{ ref('features') }}

),

own_columns as (

    select * from {{ ref('int_x_attributes') }}

),

features_of_moments as (

    select
        features.*,
        moments.outcome,
        moments.is_first_half

    from features
    inner join moments
        on features.lead_id = moments.lead_id and features.moment_at = moments.moment_at

),

numbers as (

    select
        feature_name,
        outcome,
        is_first_half,
        value
    from features_of_moments
    unpivot include nulls (
        value for feature_name in (
            {%- for feature in definitions if feature.type == 'number' %}
            {{ feature.name }}{{ "," if not loop.last }}
            {%- endfor %}
        )
    )

    union all

    select
        own_columns.attribute as feature_name,
        features_of_moments.outcome,
        features_of_moments.is_first_half,
        features_of_moments.x_numbers[own_columns.attribute] as value
    from features_of_moments
    inner join own_columns on own_columns.type = 'number'

),

categories as (

    select
        feature_name,
        outcome,
        is_first_half,
        value
    from features_of_moments
    unpivot include nulls (
        value for feature_name in (
            {%- for feature in definitions if feature.type == 'category' %}
            {{ feature.name }}{{ "," if not loop.last }}
            {%- endfor %}
        )
    )

    union all

    select
        own_columns.attribute as feature_name,
        features_of_moments.outcome,
        features_of_moments.is_first_half,
        features_of_moments.x_categories[own_columns.attribute] as value
    from features_of_moments
    inner join own_columns on own_columns.type = 'category'

),

counted_numbers as (

    select
        feature_name,
        is_first_half,
        value,
        count(*) filter (where outcome = 'won') as count_won,
        count(*) filter (where outcome = 'not_won') as count_not_won,
        count(*) filter (where outcome = 'open') as count_open
    from numbers
    group by feature_name, is_first_half, value

),

-- Bins of about as many past moments each; equal numbers share a bin.
binned_numbers as (

    select
        * exclude (value),
        case
            when value is not null
                then cast(cast(floor({{ count_bins }} * coalesce(
                    sum(count_won + count_not_won) over lower_numbers
                    / nullif(sum(count_won + count_not_won) filter (where value is not null) over feature, 0),
                    0
                )) as integer) as varchar)
        end as bin

    from counted_numbers
    window
        feature as (partition by feature_name),
        lower_numbers as (
            partition by feature_name
            order by value
            range between unbounded preceding and current row exclude group
        )

),

final as (

    select
        feature_name,
        is_first_half,
        bin,
        cast(sum(count_won) as bigint) as count_won,
        cast(sum(count_not_won) as bigint) as count_not_won,
        cast(sum(count_open) as bigint) as count_open
    from binned_numbers
    group by feature_name, is_first_half, bin

    union all

    select
        feature_name,
        is_first_half,
        value as bin,
        count(*) filter (where outcome = 'won') as count_won,
        count(*) filter (where outcome = 'not_won') as count_not_won,
        count(*) filter (where outcome = 'open') as count_open
    from categories
    group by feature_name, is_first_half, value

)

select * from final
