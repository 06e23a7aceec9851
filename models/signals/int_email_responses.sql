{{ config(
    materialized='incremental',
    incremental_strategy='redo',
    unique_key='response_number',
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
leads_to_redo as materialized (

    {{ leads_to_redo() | indent(4) }}

),

-- From when on a lead's e-mails are to be looked at.
news as materialized (

    select
        lead_id,
        {{ always() }} as since
    from leads_to_redo

    union all

    select
        lead_id,
        min(occurred_at) as since
    from signal_events
    where
        built_at > {{ watermark() }}
        and lead_id not in (select leads_to_redo.lead_id from leads_to_redo)
    group by lead_id

),

email_events as materialized (

    select signal_events.*
    from signal_events
    inner join news
        on signal_events.lead_id = news.lead_id

),

-- An e-mail that comes to light late takes answers of the one before it.
spans as materialized (

    select
        news.lead_id,
        coalesce(max(sends.occurred_at), news.since) as since

    from news
    left join email_events as sends
        on
            news.lead_id = sends.lead_id
            and sends.signal in {{ signals_where('sign', 'neutral') }}
            and sends.occurred_at < news.since
    group by news.lead_id, news.since

),

events as materialized (

    select email_events.*
    from email_events
    inner join spans
        on email_events.lead_id = spans.lead_id and email_events.occurred_at >= spans.since

),

found as (

    {{ email_responses('events') | indent(4) }}

),

standing as (

    select
        responses.response_number,
        responses.lead_id,
        responses.sent_at,
        struct_pack(known_at := responses.known_at, occurred_at := responses.occurred_at) as first_known

    from {{ this }} as responses
    inner join spans
        on responses.lead_id = spans.lead_id and responses.sent_at >= spans.since

),

changed as (

    select
        standing.response_number,
        coalesce(found.lead_id, standing.lead_id) as lead_id,
        coalesce(found.sent_at, standing.sent_at) as sent_at,
        found.first_known

    from found
    full outer join standing
        on found.lead_id = standing.lead_id and found.sent_at = standing.sent_at
    where found.first_known is distinct from standing.first_known

),
{% else %}
changed as (

    select
        *,
        cast(null as bigint) as response_number

    from ({{ email_responses('signal_events') | indent(4) }})

),
{% endif %}

final as (

    select
        {{ next_number('response_number') }} as response_number,
        lead_id,
        sent_at,
        first_known.occurred_at as occurred_at,
        first_known.known_at as known_at,
        case when first_known is not null then {{ build_started_at() }} end as built_at,
        {{ edition() }} as edition

    from changed

)

select * from final
