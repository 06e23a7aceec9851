{{ judge_rows(
    source('raw', 'feedback'),
    key=['lead_id', 'given_at', 'rep_id'],
    required=['lead_id', 'given_at', 'verdict'],
    times=['given_at'],
    known_at='given_at',
    allowed={'verdict': ['good_fit', 'bad_fit']},
) }}
