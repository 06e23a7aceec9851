{{ colleagues_by_lead_moment(
    spine_accounts=ref('int_spine_accounts'),
    engagement=ref('int_engagement__by_account_moment'),
) }}
