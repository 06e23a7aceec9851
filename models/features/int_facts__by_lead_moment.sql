{{ config(materialized='view') }}
{{ facts_by_lead_moment(
    spine=ref('spine'),
    colleagues=ref('int_colleagues__by_lead_moment'),
    funnel=ref('int_funnel__by_lead_moment'),
    signal_measures=ref('int_signal_measures'),
) }}
