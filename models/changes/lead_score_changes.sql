{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=false,
        on_schema_change='append_new_columns',
        pre_hook='{{ forget_unfinished_runs() }}',
    )
}}
with changes as (

    select * from {{ ref('int_score_changes') }}

),

final as (

    select
        lead_id,
        as_of,
        status,
        from_as_of,

        from_score,
        to_score,

        cast(from_decay as decimal(5, 1)) as from_decay,
        cast(from_events as decimal(5, 1)) as from_events,
        cast(from_attributes as decimal(5, 1)) as from_attributes,
        cast(from_model as decimal(5, 1)) as from_model

    from changes
    {%- if is_incremental() %}
    where as_of > (select coalesce(max(told.as_of), timestamp '-infinity') from {{ this }} as told)
    {%- endif %}

)

select * from final
