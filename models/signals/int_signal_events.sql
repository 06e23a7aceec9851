with events as (

    select * from {{ ref('int_lead_events') }}

),

final as (

    select
        event_id,
        lead_id,

        {{ match_signal('event_type', 'url', 'topic', 'properties') }} as signal,
        topic,
        session_id,

        value,
        duration_seconds,

        occurred_at,
        known_at

    from events

)

select * from final
