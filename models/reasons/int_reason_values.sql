with reasons as (

    select
        *,
        {{ told_feature('topic', 'feature_name') }} as told_feature
    from {{ ref('int_lead_reasons') }}

),

positions as (

    select * from {{ ref('int_feature_positions') }}

),

bins as (

    select * from {{ ref('int_feature_bins') }}

),

feature_values as (

    select * from {{ ref('int_feature_values') }}
    where is_now

),

feature_catalog as (

    select * from {{ ref('feature_catalog') }}

),

countries as (

    select * from {{ ref('countries') }}

),

values_of_reasons as (

    select
        reasons.lead_id,
        reasons.rank,
        reasons.feature_name,
        reasons.told_feature,
        case of_reason.feature_type when 'number' then feature_values.numbers[of_reason.position] end
            as leading_number,
        case of_reason.feature_type when 'category' then feature_values.categories[of_reason.position] end
            as leading_category,
        of_sentence.feature_kind,
        of_sentence.unit,
        -- A day is over when it is over: 2.9 days ago is 2 days ago.
        case
            when of_sentence.unit = 'days' then floor(feature_values.numbers[of_sentence.position])
            when of_sentence.feature_type = 'number' then feature_values.numbers[of_sentence.position]
        end as number,
        case of_sentence.feature_type when 'category' then feature_values.categories[of_sentence.position] end
            as category

    from reasons
    inner join positions as of_reason on reasons.feature_name = of_reason.feature_name
    inner join positions as of_sentence on reasons.told_feature = of_sentence.feature_name
    inner join feature_values on reasons.lead_id = feature_values.lead_id

),

signal_labels as (

    select distinct
        topic as signal,
        topic_label as label
    from feature_catalog

),

final as (

    select
        values_of_reasons.lead_id,
        values_of_reasons.rank,
        values_of_reasons.feature_name,
        values_of_reasons.told_feature,
        values_of_reasons.feature_kind,
        {{ bin_of('values_of_reasons.leading_category', 'values_of_reasons.leading_number', 'bins.bounds') }}
            as bin,
        coalesce(values_of_reasons.leading_category, {{ number_words('values_of_reasons.leading_number') }})
            as feature_value,
        values_of_reasons.number,

        -- the value in words
        case
            when values_of_reasons.unit like 'hour of the day%'
                then printf(
                    '%02d:00 and %02d:00',
                    cast(values_of_reasons.number as integer),
                    cast(values_of_reasons.number + 1 as integer) % 24
                )
            when values_of_reasons.unit like '1 Monday%'
                then dayname(date '2024-01-01' + cast(values_of_reasons.number - 1 as integer))
            when values_of_reasons.told_feature = 'funnel_stage_reached'
                then {{ funnel_stages() }}[cast(values_of_reasons.number as integer)]
            when values_of_reasons.number is not null then {{ number_words('values_of_reasons.number') }}
            when values_of_reasons.told_feature in ('lead_country', 'account_country')
                then coalesce(countries.country_name, values_of_reasons.category)
            when values_of_reasons.told_feature in ('first_touch_signal', 'last_touch_signal')
                then coalesce(signal_labels.label, values_of_reasons.category)
            else {{ category_words('values_of_reasons.category') }}
        end as value_words

    from values_of_reasons
    left join bins on values_of_reasons.feature_name = bins.feature_name
    left join countries on values_of_reasons.category = countries.country_code
    left join signal_labels on values_of_reasons.category = signal_labels.signal

)

select * from final
