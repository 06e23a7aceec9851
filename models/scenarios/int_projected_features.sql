{{ config(materialized='view') }}
{{ features_of_spine(ref('int_projected_moments'), step_days=1, ids=['lead_id', 'days_ahead']) }}
