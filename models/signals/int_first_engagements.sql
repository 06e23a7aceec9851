{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key='entry_number',
    meta={'made_of': ['int_signal_events']},
) }}
-- depends_on: {{ ref('base_events') }}, {{ ref('int_event_owners') }}, {{ ref('run_context') }}
{% do say_if_rebuilt() %}
{%- set is_added_to = is_incremental() -%}

with

signal_events as not materialized (

    select
        lead_id,
        signal,
        topic,
        session_id,
        occurred_at,
        known_at,
        built_at

    from {{ ref('int_signal_events') }}

),

{% if is_added_to %}
leads_to_redo as materialized (

    {{ leads_to_redo() | indent(4) }}

),

-- All events of a lead to redo, and of the others what has come.
events as materialized (

    select * from signal_events
    where lead_id in (select leads_to_redo.lead_id from leads_to_redo)

    union all

    select * from signal_events
    where
        built_at > {{ watermark() }}
        and lead_id not in (select leads_to_redo.lead_id from leads_to_redo)

),

found as materialized (

    {{ first_engagements('events') | indent(4) }}

),

standing as materialized (

    select
        entries.entry_number,
        entries.lead_id,
        entries.kind,
        entries.name,
        struct_pack(known_at := entries.known_at, occurred_at := entries.occurred_at) as first_known

    from {{ this }} as entries
    inner join found
        on entries.lead_id = found.lead_id and entries.kind = found.kind and entries.name = found.name

),

merged as (

    select
        standing.entry_number,
        found.lead_id,
        found.kind,
        found.name,
        standing.first_known as standing_first_known,
        -- A standing entry speaks for the events that were not looked at again.
        case
            when found.lead_id in (select leads_to_redo.lead_id from leads_to_redo) then found.first_known
            when standing.first_known < found.first_known then standing.first_known
            else found.first_known
        end as first_known

    from found
    left join standing
        on found.lead_id = standing.lead_id and found.kind = standing.kind and found.name = standing.name

),

entries as (

    select * exclude (standing_first_known) from merged
    where standing_first_known is distinct from first_known

    union all by name

    -- What a lead to redo has no more: a number and nothing else.
    select entry_number from {{ this }}
    where
        lead_id in (select leads_to_redo.lead_id from leads_to_redo)
        and entry_number not in (select standing.entry_number from standing)

),
{% else %}
entries as (

    select
        *,
        cast(null as bigint) as entry_number

    from ({{ first_engagements('signal_events') | indent(4) }})

),
{% endif %}

final as (

    select
        {{ next_number('entry_number') }} as entry_number,
        lead_id,
        kind,
        name,
        first_known.occurred_at as occurred_at,
        first_known.known_at as known_at,
        case when lead_id is not null then {{ build_started_at() }} end as built_at,
        {{ edition() }} as edition

    from entries

)

select * from final
