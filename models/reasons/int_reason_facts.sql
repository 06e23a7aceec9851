{%- set longest = var('windows_days') | max -%}
with reasons as (

    select * from {{ ref('int_lead_reasons') }}

),

reason_values as (

    select * from {{ ref('int_reason_values') }}

),

activity as (

    select * from {{ ref('int_topic_activity') }}

),

feature_catalog as (

    select distinct
        topic,
        topic_label
    from {{ ref('feature_catalog') }}

),

won_quartiles as (

    select * from {{ ref('int_won_quartiles') }}

),

frame as (

    select
        max(template) filter (where subject = 'below_won') as below_won,
        max(template) filter (where subject = 'above_won') as above_won
    from {{ ref('reason_templates') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

final as (

    select
        reasons.lead_id,
        reasons.rank,

        -- which template: the narrowest subject that has one of the variant
        case
            when activity.topic is not null then [reasons.topic, 'signal']
            else [reason_values.told_feature, reasons.topic, reason_values.feature_kind]
        end as subjects,
        case
            when activity.topic is not null
                then case
                    when not activity.is_recorded then 'not_recorded'
                    when activity.window_days is not null then 'recent'
                    when activity.last_at is not null then 'long_ago'
                    else 'never'
                end
            when reason_values.feature_kind = 'boolean'
                then case reason_values.number when 1 then 'yes' when 0 then 'no' else 'unknown' end
            when reason_values.number = 0 then 'none'
            when reason_values.value_words is null then 'unknown'
            else 'known'
        end as variant,

        -- what is filled in
        coalesce(activity.count_in_window, reason_values.number) as count,
        feature_catalog.topic_label as label,
        case activity.count_in_window
            when 1 then 'once'
            when 2 then 'twice'
            else {{ number_words('activity.count_in_window') }} || ' times'
        end as times,
        {{ window_words('activity.window_days') }} as window_words,
        {{ window_words(longest) }} as longest_window,
        {{ date_words('activity.last_at', 'run_context.as_of') }} as last_words,
        array_to_string(activity.largest_parts, ', ') as parts,
        {{ number_words('activity.total') }} as total,
        case
            when reason_values.number < won_quartiles.lower_quartile
                then replace(frame.below_won, '{value}', {{ number_words('won_quartiles.lower_quartile') }})
            -- Less than none nobody has.
            when reason_values.number > won_quartiles.upper_quartile and won_quartiles.upper_quartile > 0
                then replace(frame.above_won, '{value}', {{ number_words('won_quartiles.upper_quartile') }})
            else ''
        end as among_won,
        reason_values.value_words

    from reasons
    inner join reason_values
        on reasons.lead_id = reason_values.lead_id and reasons.rank = reason_values.rank
    left join activity
        on reasons.lead_id = activity.lead_id and reasons.topic = activity.topic
    left join feature_catalog on reasons.topic = feature_catalog.topic
    left join won_quartiles on reason_values.told_feature = won_quartiles.feature_name
    cross join frame
    cross join run_context

)

select * from final
