{{ config(materialized='view') }}

{{ used_and_known('attribute_changes') }}
