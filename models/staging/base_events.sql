{{ judge_rows(
    source('raw', 'events'),
    key=['event_id'],
    required=['event_id', 'occurred_at', 'event_type'],
    times=['occurred_at', 'received_at'],
    known_at='coalesce(received_at, occurred_at)',
    rules=[
        ['lead_id is null and anonymous_id is null', 'lead_id and anonymous_id are both missing'],
        [
            'occurred_at > received_at + interval 1 day',
            'occurred_at is more than a day after received_at',
        ],
    ],
) }}
