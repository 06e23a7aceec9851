{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with alerts as (

    select * from {{ ref('int_lead_alerts') }}

),

final as (

    select alerts.*
    from alerts
    {%- if is_incremental() %}
    anti join {{ this }} as raised
        on
            alerts.lead_id = raised.lead_id
            and alerts.kind = raised.kind
            and raised.as_of > {{ days_after('alerts.as_of', -var('alert_quiet_days')) }}
    {%- endif %}

)

select * from final
