{{ config(materialized='view') }}
with requests as (

    select
        destination,
        lead_id,
        arg_max(request_id, sent_at) as latest,
        -- What was refused has changed nothing; what was not answered may have.
        arg_max(request_id, sent_at) filter (where status is distinct from 'refused') as standing,
        arg_max(request_id, sent_at) filter (where status = 'told') as told,
        arg_max(record_id, sent_at) filter (where record_id is not null) as record_id
    from {{ ref('int_crm_sent') }}
    group by destination, lead_id

),

latest_rows as (

    select * from {{ ref('int_crm_sent') }}

),

standing_rows as (

    select * from {{ ref('int_crm_sent') }}

),

told_rows as (

    select * from {{ ref('int_crm_sent') }}

),

final as (

    select
        requests.destination,
        requests.lead_id,
        {%- for state in ['latest', 'standing', 'told'] %}
        case
            when {{ state }}_rows.request_id is not null
                then struct_pack(
                    address := {{ state }}_rows.address,
                    properties_hash := {{ state }}_rows.properties_hash,
                    is_leaving := {{ state }}_rows.is_leaving,
                    status := {{ state }}_rows.status,
                    answer := {{ state }}_rows.answer,
                    answered_at := {{ state }}_rows.answered_at
                )
        end as {{ state }},
        {%- endfor %}
        requests.record_id,
        latest_rows.properties as latest_properties,
        told_rows.properties as told_properties

    from requests
    inner join latest_rows
        on
            requests.destination = latest_rows.destination
            and requests.lead_id = latest_rows.lead_id
            and requests.latest = latest_rows.request_id
    left join standing_rows
        on
            requests.destination = standing_rows.destination
            and requests.lead_id = standing_rows.lead_id
            and requests.standing = standing_rows.request_id
    left join told_rows
        on
            requests.destination = told_rows.destination
            and requests.lead_id = told_rows.lead_id
            and requests.told = told_rows.request_id

)

select * from final
