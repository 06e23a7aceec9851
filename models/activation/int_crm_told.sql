{{ config(materialized='view') }}
with sends as (

    select * from {{ source('crm_operations', 'crm_sends') }}

),

answers as (

    select * from {{ source('crm_operations', 'crm_answers') }}

),

sent as (

    select
        sends.destination,
        sends.lead_id,
        row(sends.sent_at, sends.request_id) as place,
        struct_pack(
            address := sends.address,
            properties := sends.properties,
            properties_hash := sends.properties_hash,
            is_leaving := sends.is_leaving,
            status := answers.status,
            answer := answers.answer,
            answered_at := answers.answered_at
        ) as state,
        answers.status,
        answers.record_id

    from sends
    left join answers on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id

),

final as (

    select
        destination,
        lead_id,
        arg_max(state, place) as latest,
        -- What was refused has changed nothing; what was not answered may have.
        arg_max(state, place) filter (where status is distinct from 'refused') as standing,
        arg_max(state, place) filter (where status = 'told') as told,
        arg_max(record_id, place) filter (where record_id is not null) as record_id

    from sent
    group by destination, lead_id

)

select * from final
