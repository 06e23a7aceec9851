{{ spine_accounts(ref('spine')) }}
