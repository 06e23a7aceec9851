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
            request_id := sends.request_id,
            address := sends.address,
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

states as (

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

),

-- (The long texts are looked up: an aggregate of them would not fit into memory.)
final as (

    select
        states.*,
        latest_sends.properties as latest_properties,
        told_sends.properties as told_properties

    from states
    inner join sends as latest_sends
        on
            states.destination = latest_sends.destination
            and states.lead_id = latest_sends.lead_id
            and states.latest.request_id = latest_sends.request_id
    left join sends as told_sends
        on
            states.destination = told_sends.destination
            and states.lead_id = told_sends.lead_id
            and states.told.request_id = told_sends.request_id

)

select * from final
