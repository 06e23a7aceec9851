{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
    )
}}
with scores as (

    select * from {{ ref('int_lead_scores') }}

),

final as (

    select * from scores
    {%- if is_incremental() %}
    -- What was told is not told again in other words: an as_of that stands in the history stays as it was.
    where as_of not in (select history.as_of from {{ this }} as history)
    {%- endif %}

)

select * from final
