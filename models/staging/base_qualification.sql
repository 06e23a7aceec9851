{{ judge_rows(
    source('raw', 'qualification'),
    key=['lead_id', 'answered_at'],
    required=['lead_id', 'answered_at'],
    times=['answered_at'],
    known_at='answered_at',
) }}
