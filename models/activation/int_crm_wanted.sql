{{ config(materialized='view') }}
with addresses as (

    select * from {{ ref('int_crm_addresses') }}

),

fields as (

    select * from {{ ref('int_crm_fields') }}

),

destinations as (

    select * from {{ ref('int_crm_destinations') }}

),

final as (

    select
        addresses.destination,
        addresses.lead_id,
        addresses.address,

        fields as field_values,
        format(
            destinations.template
            {%- for field in crm_fields() -%}
            , coalesce(to_json(fields.{{ field }})::varchar, 'null')
            {%- endfor -%}
        ) as properties,
        md5(properties) as properties_hash

    from addresses
    inner join fields on addresses.lead_id = fields.lead_id
    inner join destinations on addresses.destination = destinations.destination
    where addresses.withheld_because is null

)

select * from final
