{{ config(materialized='view') }}

{{ used_and_known_events() }}
