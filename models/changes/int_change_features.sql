{{ features_of_spine(ref('int_change_moments'), ids=['lead_id', 'scenario']) }}
