{{ features_of_facts(
    facts=ref('int_facts__by_lead_moment'),
    ids=['lead_id', 'moment_at', 'is_now', 'account_id'],
) }}
