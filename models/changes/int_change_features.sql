{{ features_of_spine(ref('int_change_moments'), step_days=none, ids=['lead_id', 'scenario']) }}
