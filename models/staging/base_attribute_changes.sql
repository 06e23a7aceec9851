{{ judge_rows(
    source('raw', 'attribute_changes'),
    key=['entity', 'entity_id', 'attribute', 'known_at'],
    required=['entity', 'entity_id', 'attribute', 'known_at'],
    times=['known_at'],
    known_at='known_at',
    allowed={'entity': ['lead', 'account']},
) }}
