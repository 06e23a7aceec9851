{{ config(materialized='view') }}

{{ lead_events(ref('stg_events')) }}
