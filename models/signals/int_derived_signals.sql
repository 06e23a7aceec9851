{{ config(materialized='view') }}

with signal_events as (

    select * from {{ ref('int_signal_events') }}
    where signal in {{ signals_where('sign', 'positive') }}

),

first_engagements as (

    select * from {{ ref('int_first_engagements') }}

),

email_responses as (

    select * from {{ ref('int_email_responses') }}

),

final as (

    select
        'first_engagement' as source,
        entry_number as source_number,
        lead_id,
        'active_days' as signal,
        occurred_at,
        known_at,
        1 as weight,
        built_at
    from first_engagements
    where kind = 'day'

    union all

    select
        'first_engagement' as source,
        entry_number as source_number,
        lead_id,
        'weekend_active_days' as signal,
        occurred_at,
        known_at,
        1 as weight,
        built_at
    from first_engagements
    where kind = 'day' and isodow(occurred_at) >= 6

    union all

    select
        'first_engagement' as source,
        entry_number as source_number,
        lead_id,
        'evening_active_days' as signal,
        occurred_at,
        known_at,
        1 as weight,
        built_at
    from first_engagements
    where kind = 'day' and hour(occurred_at) not between 7 and 17

    union all

    select
        'first_engagement' as source,
        entry_number as source_number,
        lead_id,
        kind || 's' as signal,
        occurred_at,
        known_at,
        1 as weight,
        built_at
    from first_engagements
    where kind in ('session', 'topic')

    union all

    select
        'email_response' as source,
        response_number as source_number,
        lead_id,
        'email_responses' as signal,
        occurred_at,
        known_at,
        1 as weight,
        built_at
    from email_responses

    union all

    select
        'email_response' as source,
        response_number as source_number,
        lead_id,
        'email_response_hours' as signal,
        occurred_at,
        known_at,
        {{ days_between('sent_at', 'occurred_at') }} * 24 as weight,
        built_at
    from email_responses

    union all

    select
        'event' as source,
        event_number as source_number,
        lead_id,
        'session_minutes' as signal,
        occurred_at,
        known_at,
        duration_seconds / 60 as weight,
        built_at
    from signal_events
    where duration_seconds is not null

    union all

    select
        'event' as source,
        event_number as source_number,
        lead_id,
        'event_value' as signal,
        occurred_at,
        known_at,
        value as weight,
        built_at
    from signal_events
    where value is not null

)

select * from final
