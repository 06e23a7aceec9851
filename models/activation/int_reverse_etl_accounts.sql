{{ config(materialized='view') }}
with accounts as (

    select * from {{ ref('account_scores') }}

),

fields as (

    select * from {{ ref('int_crm_fields') }}

),

final as (

    select
        accounts.account_id,

        accounts.score,
        round(accounts.probability_any_converts, 4) as probability_any_converts,
        accounts.tier,
        accounts.trend,
        accounts.score_change_7d,

        accounts.count_open_leads,
        accounts.top_lead_id,
        accounts.top_lead_score,
        fields.reason_1 as top_lead_reason_1,
        fields.reason_2 as top_lead_reason_2,
        fields.reason_3 as top_lead_reason_3,
        fields.assigned_rep_id as top_lead_rep_id,
        accounts.missing_roles,

        accounts.model_version

    from accounts
    left join fields on accounts.top_lead_id = fields.lead_id

)

select * from final
