with reasons as (

    select * from {{ ref('int_lead_reasons') }}

),

positions as (

    select * from {{ ref('int_feature_positions') }}

),

bins as (

    select * from {{ ref('int_feature_bins') }}

),

feature_values as (

    select * from {{ ref('int_feature_values') }}

),

reference_moments as (

    select * from {{ ref('int_reference_moments') }}

),

-- Only what leads a reason today is looked for: that keeps the long form short.
led as (

    select
        coalesce(list(feature_name order by position) filter (where feature_type = 'number'), [])
            as number_names,
        coalesce(list(position order by position) filter (where feature_type = 'number'), [])
            as number_positions,
        coalesce(list(feature_name order by position) filter (where feature_type = 'category'), [])
            as category_names,
        coalesce(list(position order by position) filter (where feature_type = 'category'), [])
            as category_positions
    from positions
    where feature_name in (select reasons.feature_name from reasons)

),

values_of_moments as (

    select
        reference_moments.lead_id,
        reference_moments.label,
        list_select(feature_values.numbers, led.number_positions) as numbers,
        list_select(feature_values.categories, led.category_positions) as categories,
        led.number_names,
        led.category_names

    from feature_values
    inner join reference_moments
        on
            feature_values.lead_id = reference_moments.lead_id
            and feature_values.moment_at = reference_moments.moment_at
    cross join led

),

long_form as (

    select
        lead_id,
        label,
        unnest(number_names) as feature_name,
        unnest(numbers) as number,
        null as category
    from values_of_moments

    union all

    select
        lead_id,
        label,
        unnest(category_names) as feature_name,
        null as number,
        unnest(categories) as category
    from values_of_moments

),

binned as (

    select
        long_form.lead_id,
        long_form.label,
        long_form.feature_name,
        {{ bin_of('long_form.category', 'long_form.number', 'bins.bounds') }} as bin

    from long_form
    left join bins on long_form.feature_name = bins.feature_name

),

final as (

    select
        feature_name,
        bin,
        count(distinct lead_id) as count_leads,
        avg(cast(label as integer)) as conversion_rate
    from binned
    group by feature_name, bin

)

select * from final
