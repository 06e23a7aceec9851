{{ config(materialized='view') }}
{{ signal_measures_by_lead_moment(ref('spine'), ref('int_engagement__by_lead_moment')) }}
