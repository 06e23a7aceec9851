{{ config(materialized='view') }}
with sends as (

    select * from {{ source('crm_operations', 'crm_sends') }}

),

calls as (

    select * from {{ source('crm_operations', 'crm_calls') }}

),

call_ends as (

    select * from {{ source('crm_operations', 'crm_call_ends') }}

),

answers as (

    select * from {{ source('crm_operations', 'crm_answers') }}

),

final as (

    select
        sends.destination,
        sends.sync_id,
        sends.request_id,
        calls.attempt,
        sends.lead_id,

        sends.properties_hash,
        sends.is_leaving,

        case when calls.attempt is not null then coalesce(call_ends.outcome, 'unanswered') end as outcome,
        answers.status,
        call_ends.http_status,
        coalesce(answers.answer, call_ends.answer) as answer,

        sends.sent_at,
        calls.began_at,
        call_ends.ended_at

    from sends
    left join calls on sends.request_id = calls.request_id
    left join call_ends
        on calls.request_id = call_ends.request_id and calls.attempt = call_ends.attempt
    -- It was the attempt that was answered which brought the answers.
    left join answers
        on
            sends.request_id = answers.request_id
            and sends.lead_id = answers.lead_id
            and call_ends.outcome = 'answered'

)

select * from final
