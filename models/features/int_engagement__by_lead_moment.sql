{{ engagement_by_lead_moment(ref('spine'), step_days=var('snapshot_every_days')) }}
