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

with_values as (

    select
        addresses.destination,
        addresses.lead_id,
        addresses.address,
        fields.score,
        map {
            {%- for field in crm_fields() %}
            '{{ field }}': fields.{{ field }}::varchar
            {{- ',' if not loop.last }}
            {%- endfor %}
        } as field_values,
        destinations.properties as names

    from addresses
    inner join fields on addresses.lead_id = fields.lead_id
    inner join destinations on addresses.destination = destinations.destination
    where addresses.withheld_because is null

),

with_properties as (

    select
        *,
        '{' || array_to_string(
            list_transform(names, lambda name:
                to_json(name.property)::varchar || ':' || coalesce(
                    case name.kind
                        when 'number' then field_values[name.field]
                        else to_json(field_values[name.field])::varchar
                    end,
                    'null'
                )
            ), ','
        ) || '}' as properties
    from with_values

),

final as (

    select
        destination,
        lead_id,
        address,
        score,
        field_values,
        properties,
        md5(properties) as properties_hash

    from with_properties

)

select * from final
