{{ config(materialized='view') }}
{{ features_of_spine(ref('int_projected_moments'), ids=['lead_id', 'days_ahead']) }}
