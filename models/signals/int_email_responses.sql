{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key=['lead_id', 'sent_at'],
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
        occurred_at,
        known_at,
        built_at

    from {{ ref('int_signal_events') }}
    where signal in {{ signals_where('channel', 'email') }}

),

{% if is_added_to %}
-- An e-mail that comes to light late takes the answers of the one before: a lead's responses are found anew when any
-- event of its e-mails comes.
leads_to_redo as materialized (

    {{ leads_to_redo() | indent(4) }}

    union

    select lead_id from signal_events
    where built_at > {{ watermark() }}

),

events as materialized (

    select * from signal_events
    where lead_id in (select leads_to_redo.lead_id from leads_to_redo)

),

found as (

    {{ email_responses('events') | indent(4) }}

),

standing as (

    select
        lead_id,
        sent_at,
        struct_pack(known_at := known_at, occurred_at := occurred_at) as first_known

    from {{ this }}
    where lead_id in (select leads_to_redo.lead_id from leads_to_redo)

),

responses as (

    select
        coalesce(found.lead_id, standing.lead_id) as lead_id,
        coalesce(found.sent_at, standing.sent_at) as sent_at,
        found.first_known

    from found
    full outer join standing
        on found.lead_id = standing.lead_id and found.sent_at = standing.sent_at
    where found.first_known is distinct from standing.first_known

),
{% else %}
responses as (

    {{ email_responses('signal_events') | indent(4) }}

),
{% endif %}

final as (

    select
        lead_id,
        sent_at,
        first_known.occurred_at as occurred_at,
        first_known.known_at as known_at,
        case when first_known is not null then {{ build_started_at() }} end as built_at,
        {{ edition() }} as edition

    from responses

)

select * from final
