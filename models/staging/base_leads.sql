{{ judge_rows(
    source('raw', 'leads'),
    key=['lead_id'],
    required=['lead_id', 'created_at'],
    times=['created_at'],
    known_at='created_at',
) }}
