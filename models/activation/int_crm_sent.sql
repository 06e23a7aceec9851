{{ config(materialized='view') }}
with sends as (

    select * from {{ source('crm_operations', 'crm_sends') }}

),

answers as (

    select * from {{ source('crm_operations', 'crm_answers') }}

),

final as (

    select
        sends.destination,
        sends.lead_id,
        sends.request_id,
        sends.address,
        sends.properties,
        sends.properties_hash,
        sends.is_leaving,
        sends.sent_at,
        answers.status,
        answers.record_id,
        answers.answer,
        answers.answered_at

    from sends
    left join answers on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id

)

select * from final
