{{ judge_rows(
    source('raw', 'identities'),
    key=['anonymous_id', 'lead_id', 'identified_at'],
    required=['anonymous_id', 'lead_id', 'identified_at'],
    times=['identified_at'],
    known_at='identified_at',
) }}
