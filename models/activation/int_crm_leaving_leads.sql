{{ config(materialized='view') }}
with told as (

    select * from {{ ref('int_crm_told') }}

),

addresses as (

    select * from {{ ref('int_crm_addresses') }}
    where withheld_because is null

),

destinations as (

    select * from {{ ref('int_crm_destinations') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

final as (

    select
        told.destination,
        told.lead_id,
        told.standing.address,
        told.record_id,
        case
            -- Nothing of it is there, or not any more.
            when told.standing is null or (told.standing.is_leaving and told.standing.status is not null)
                then 'none'
            when told.latest.is_leaving then coalesce(told.latest.status, 'again')
            when told.lead_id not in (select leads.lead_id from leads) then 'erased'
            else 'closed'
        end as change,
        -- Another lead's values are there, or will be.
        holders.lead_id is not null as is_place_taken,
        destinations.emptied_properties as properties,
        md5(destinations.emptied_properties) as properties_hash,
        told.told,
        told.told_properties

    from told
    inner join destinations on told.destination = destinations.destination
    anti join addresses
        on told.destination = addresses.destination and told.lead_id = addresses.lead_id
    left join addresses as holders
        on told.destination = holders.destination and told.standing.address = holders.address

)

select * from final
