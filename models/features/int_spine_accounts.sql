with spine as (

    select * from {{ ref('spine') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

final as (

    select
        spine.spine_id,
        spine.lead_id,
        spine.moment_at,
        lead_accounts.account_id

    from spine
    asof inner join lead_accounts
        on spine.lead_id = lead_accounts.lead_id and spine.moment_at >= lead_accounts.known_at

)

select * from final
