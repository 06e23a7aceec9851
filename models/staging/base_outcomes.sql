{{ judge_rows(
    source('raw', 'outcomes'),
    key=['lead_id'],
    required=['lead_id', 'outcome', 'outcome_at'],
    times=['outcome_at'],
    known_at='outcome_at',
    allowed={'outcome': ['won', 'lost', 'disqualified']},
) }}
