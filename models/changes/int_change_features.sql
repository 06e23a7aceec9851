{{ features_of_spine(ref('int_change_moments'), step_days=1, ids=['lead_id', 'scenario']) }}
