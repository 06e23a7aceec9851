with signal_events as (

    select * from {{ ref('int_signal_events') }}

),

engagement as (

    select *
    from signal_events
    where signal in {{ signals_where('sign', 'positive') }}

),

-- The first event to be known stands for its day, session or topic. Being the least of (known_at,
-- occurred_at), it is the same at any later moment.
days as (

    select
        lead_id,
        cast(occurred_at as date) as active_date,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    group by lead_id, cast(occurred_at as date)

),

sessions as (

    select
        lead_id,
        session_id,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    where session_id is not null
    group by lead_id, session_id

),

topics as (

    select
        lead_id,
        topic,
        min(struct_pack(known_at := known_at, occurred_at := occurred_at)) as first_known

    from engagement
    where topic is not null
    group by lead_id, topic

),

email_sends as (

    select lead_id, occurred_at as sent_at, known_at
    from signal_events
    where
        signal in {{ signals_where('channel', 'email') }}
        and signal in {{ signals_where('sign', 'neutral') }}

),

email_answers as (

    select *
    from engagement
    where signal in {{ signals_where('channel', 'email') }}

),

email_responses as (

    select
        answers.lead_id,
        sends.sent_at,
        min(struct_pack(
            known_at := greatest(answers.known_at, sends.known_at),
            occurred_at := answers.occurred_at
        )) as first_known

    from email_answers as answers
    asof inner join email_sends as sends
        on answers.lead_id = sends.lead_id and answers.occurred_at >= sends.sent_at
    group by answers.lead_id, sends.sent_at

),

first_known as (

    select lead_id, 'active_days' as signal, first_known, 1 as weight from days
    union all
    select lead_id, 'weekend_active_days' as signal, first_known, 1 as weight
    from days
    where isodow(active_date) >= 6
    union all
    select lead_id, 'evening_active_days' as signal, first_known, 1 as weight
    from days
    where hour(first_known.occurred_at) not between 7 and 17
    union all
    select lead_id, 'sessions' as signal, first_known, 1 as weight from sessions
    union all
    select lead_id, 'topics' as signal, first_known, 1 as weight from topics
    union all
    select lead_id, 'email_responses' as signal, first_known, 1 as weight from email_responses
    union all
    select
        lead_id,
        'email_response_hours' as signal,
        first_known,
        {{ days_between('sent_at', 'first_known.occurred_at') }} * 24 as weight
    from email_responses

),

final as (

    select
        lead_id,
        signal,
        first_known.occurred_at as occurred_at,
        first_known.known_at as known_at,
        weight
    from first_known

    union all

    select lead_id, 'session_minutes' as signal, occurred_at, known_at, duration_seconds / 60 as weight
    from engagement
    where duration_seconds is not null

    union all

    select lead_id, 'event_value' as signal, occurred_at, known_at, value as weight
    from engagement
    where value is not null

)

select * from final
