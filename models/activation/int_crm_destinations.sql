{{ config(materialized='view') }}
{%- set min_changes = var('crm_min_change') -%}
with destinations as (

    select * from {{ ref('crm_destinations') }}

),

properties as (

    select * from {{ ref('crm_properties') }}

),

fields as (

    {% for field, kind in crm_fields().items() -%}
    select
        '{{ field }}' as field,
        '{{ kind }}' as kind,
        {{ min_changes.get(field, 0) }}::double as min_change,
        {{ field in var('crm_silent_fields') }} as is_silent
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        destinations.destination,
        destinations.address as address_kind,
        list(
            struct_pack(
                property := properties.property,
                field := fields.field,
                kind := fields.kind,
                min_change := fields.min_change,
                is_silent := fields.is_silent,
                people_may_change := properties.people_may_change
            )
            order by properties.property
        ) as properties,
        '{' || string_agg(
            to_json(properties.property)::varchar || ':null', ',' order by properties.property
        ) || '}' as emptied_properties

    from destinations
    inner join properties on destinations.destination = properties.destination
    inner join fields on properties.field = fields.field
    group by destinations.destination, destinations.address

)

select * from final
