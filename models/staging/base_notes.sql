{{ judge_rows(
    source('raw', 'notes'),
    key=['lead_id', 'noted_at', 'kind', 'text'],
    required=['lead_id', 'noted_at', 'text'],
    times=['noted_at'],
    known_at='noted_at',
) }}
