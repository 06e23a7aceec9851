{{ judge_rows(
    source('raw', 'touches'),
    key=['touch_id'],
    required=['touch_id', 'lead_id', 'touched_at'],
    times=['touched_at'],
    known_at='touched_at',
) }}
