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

    select * from positions
    where feature_name in (select reasons.feature_name from reasons)

),

moments as (

    select
        reference_moments.lead_id,
        reference_moments.label,
        feature_values.numbers,
        feature_values.categories

    from feature_values
    inner join reference_moments
        on
            feature_values.lead_id = reference_moments.lead_id
            and feature_values.moment_at = reference_moments.moment_at

),

binned as (

    {{ values_by_feature('moments', 'led', 'bins', ['lead_id', 'label']) }}

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
