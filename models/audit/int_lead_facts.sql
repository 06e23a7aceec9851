{{ config(materialized='view') }}
{#- What names a row of each table but events, and whose it is. -#}
{%- set keys = {
    'leads': ['lead_id'],
    'accounts': ['account_id'],
    'identities': ['anonymous_id', 'lead_id', 'identified_at'],
    'outcomes': ['lead_id'],
    'touches': ['touch_id'],
    'feedback': ['lead_id', 'given_at', 'rep_id'],
    'qualification': ['lead_id', 'answered_at'],
    'notes': ['lead_id', 'noted_at', 'kind'],
    'attribute_changes': ['entity', 'entity_id', 'attribute', 'known_at'],
} -%}
{%- set lead_ids = dict(lead_references(), leads='facts.lead_id') -%}
{%- set account_ids = {
    'accounts': 'facts.account_id',
    'attribute_changes': "case when facts.entity = 'account' then facts.entity_id end",
} -%}
with leads as (

    select * from {{ ref('int_canonical_leads') }}

),

accounts as (

    select * from {{ ref('int_canonical_accounts') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

events as (

    select * from {{ ref('base_events') }}

),

signal_events as (

    select * from {{ ref('int_signal_events') }}

),

used_rows as (

    {%- for table, key in keys.items() %}
    select
        '{{ table }}' as input_table,
        concat_ws(', ', facts.{{ key | join(', facts.') }}) as row_key,
        facts.source_file,
        {{ lead_ids.get(table, 'cast(null as varchar)') }} as lead_id,
        {{ account_ids.get(table, 'cast(null as varchar)') }} as account_id,
        facts.known_at
    from {{ ref('base_' ~ table) }} as facts
    where facts.reject_reason is null and not facts.is_exact_duplicate
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        signal_events.lead_id,
        'events' as input_table,
        events.event_id as row_key,
        events.source_file,
        signal_events.signal,
        signal_events.known_at

    from signal_events
    inner join events on signal_events.event_number = events.event_number

    union all

    select
        leads.canonical_lead_id as lead_id,
        used_rows.input_table,
        used_rows.row_key,
        used_rows.source_file,
        null as signal,
        greatest(used_rows.known_at, leads.known_at) as known_at

    from used_rows
    inner join leads on used_rows.lead_id = leads.lead_id

    union all

    select
        lead_accounts.lead_id,
        used_rows.input_table,
        used_rows.row_key,
        used_rows.source_file,
        null as signal,
        greatest(used_rows.known_at, accounts.known_at, lead_accounts.known_at) as known_at

    from used_rows
    inner join accounts on used_rows.account_id = accounts.account_id
    inner join lead_accounts on accounts.canonical_account_id = lead_accounts.account_id

)

select * from final
