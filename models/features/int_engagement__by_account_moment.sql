{{ engagement_by_account_moment(ref('int_spine_accounts')) }}
