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
        event_number,
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

-- All events of a lead to redo, and of the others what has come: found by number first, then fetched. Through a list,
-- which is planned as few rows; else the planner may take the other side of the join for the smaller, and keep all events.
numbers as materialized (

    select unnest(list(event_number)) as event_number
    from signal_events
    where
        built_at > {{ watermark() }}
        or lead_id in (select leads_to_redo.lead_id from leads_to_redo)

),

events as materialized (

    select * from signal_events
    where event_number in (select numbers.event_number from numbers)

),

found as materialized (

    {{ first_engagements('events') | indent(4) }}

),

-- Looked up by hash: to compare three texts of every entry that stands takes several times as long. What only has
-- the hash in common is told apart below.
standing as materialized (

    select
        entries.entry_number,
        entries.lead_id,
        entries.kind,
        entries.name,
        struct_pack(known_at := entries.known_at, occurred_at := entries.occurred_at) as first_known

    from {{ this }} as entries
    where entry_hash in (select found.entry_hash from found)

),

merged as materialized (

    select
        standing.entry_number,
        found.lead_id,
        found.kind,
        found.name,
        found.entry_hash,
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
        and entry_number not in (select merged.entry_number from merged where merged.entry_number is not null)

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
        entry_hash,
        first_known.occurred_at as occurred_at,
        first_known.known_at as known_at,
        case when lead_id is not null then {{ build_started_at() }} end as built_at,
        {{ edition() }} as edition

    from entries

)

select * from final
