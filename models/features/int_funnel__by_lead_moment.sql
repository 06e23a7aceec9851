{{ funnel_by_lead_moment(ref('int_engagement__by_lead_moment')) }}
