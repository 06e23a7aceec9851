{{ config(materialized='view') }}
with told as (

    select * from {{ ref('int_crm_told') }}

),

final as (

    select
        destination,
        lead_id,
        latest.properties_hash,
        latest.answer,
        latest.answered_at as refused_at

    from told
    where latest.status = 'refused'

)

select * from final
