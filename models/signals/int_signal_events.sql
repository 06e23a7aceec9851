{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key='event_number',
    meta={'made_of': ['base_events', 'int_event_owners'], 'defined_by': var('signals')},
) }}
-- depends_on: {{ ref('base_events') }}, {{ ref('int_event_owners') }}, {{ ref('run_context') }}
{% do say_if_rebuilt() %}
{%- set is_added_to = is_incremental() -%}

with

{% if is_added_to %}
run_context as (

    select * from {{ ref('run_context') }}

),

-- Read by column and condition, not as a whole: they are large.
judged_events as not materialized (

    select * from {{ ref('base_events') }}

),

standing as not materialized (

    select * from {{ this }}

),

changed_keys as materialized (

    select
        key_kind,
        event_key
    from {{ ref('int_event_owners') }}
    where built_at > {{ watermark() }}

),

-- The events to look at: what was judged or became known since the last time, what may have another owner, and what
-- stands here but is not known yet, where as_of has moved back.
changed_events as materialized (

    select event_number from judged_events
    where built_at > {{ watermark() }}

    union

    select event_number from judged_events
    where
        known_at > (select coalesce(max(standing.known_at), {{ always() }}) from standing)
        and known_at <= (select run_context.as_of from run_context)

    union

    select event_number from judged_events
    where lead_id in (select changed_keys.event_key from changed_keys where changed_keys.key_kind = 'lead')

    union

    select event_number from judged_events
    where
        lead_id is null
        and anonymous_id in (select changed_keys.event_key from changed_keys where changed_keys.key_kind = 'visitor')

    union

    select event_number from standing
    where known_at > (select run_context.as_of from run_context)

),

-- Whole rows are wide: those of the numbers are fetched, before anything else is asked of them. Through a list, which
-- is planned as few rows, so that the numbers and not the events are held in memory.
rows_of_numbers as materialized (

    select * from judged_events
    where event_number in (
        select unnest(list(changed_events.event_number)) as event_number from changed_events
    )

),

events as (

    {{ used_and_known_events('rows_of_numbers') | indent(4) }}

),
{% else %}
events as (

    select * from {{ ref('stg_events') }}

),
{% endif %}

events_of_leads as (

    {{ lead_events('events') | indent(4) }}

),

named as (

    select
        event_number,
        event_id,
        lead_id,

        {{ match_signal('event_type', 'url', 'topic', 'properties') }} as signal,
        topic,
        session_id,

        value,
        duration_seconds,

        occurred_at,
        known_at,

        {{ build_started_at() }} as built_at,
        {{ edition() }} as edition

    from events_of_leads

),

{% if is_added_to %}
-- An event that is nobody's now has a number and nothing else: it is taken away.
final as (

    select
        changed_events.event_number,
        named.* exclude (event_number)

    from changed_events
    left join named
        on changed_events.event_number = named.event_number

)
{% else %}
final as (

    select * from named

)
{% endif %}

select * from final
