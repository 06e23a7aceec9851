{{ engagement_by_account_moment(ref('int_spine_accounts'), step_days=var('snapshot_every_days')) }}
