{{ engagement_by_lead_moment(ref('spine')) }}
