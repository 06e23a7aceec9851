{# The first response to each e-mail, from a relation of signal events: that of the events after it and before the next. #}
{% macro email_responses(events) %}
with

email_events as not materialized (

    select * from {{ events }}
    where signal in {{ signals_where('channel', 'email') }}

),

sends as (

    select
        lead_id,
        occurred_at as sent_at,
        min(known_at) as known_at

    from email_events
    where signal in {{ signals_where('sign', 'neutral') }}
    group by lead_id, occurred_at

),

answers as (

    select * from email_events
    where signal in {{ signals_where('sign', 'positive') }}

)

select
    answers.lead_id,
    sends.sent_at,
    min(struct_pack(
        known_at := greatest(answers.known_at, sends.known_at),
        occurred_at := answers.occurred_at
    )) as first_known

from answers
asof inner join sends
    on answers.lead_id = sends.lead_id and answers.occurred_at >= sends.sent_at
group by answers.lead_id, sends.sent_at
{% endmacro %}
