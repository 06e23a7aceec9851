{{ judge_rows(
    source('raw', 'accounts'),
    key=['account_id'],
    required=['account_id'],
    times=['known_at'],
    known_at='known_at',
) }}
