with

accounts as (

    select * from {{ ref('int_canonical_accounts') }}

),

final as (

    select
        account_id,
        canonical_account_id,
        reason || ' as account ' || canonical_account_id as reason,
        known_at as merged_at

    from accounts
    where account_id <> canonical_account_id

)

select * from final
