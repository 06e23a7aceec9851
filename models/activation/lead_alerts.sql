{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
select *
from {{ ref('int_lead_alerts') }} as alerts
{%- if is_incremental() %}
where
    not exists (
        select 1
        from {{ this }} as told
        where
            told.lead_id = alerts.lead_id
            and told.kind = alerts.kind
            and told.as_of > {{ days_after('alerts.as_of', -var('alert_quiet_days')) }}
    )
{%- endif %}
