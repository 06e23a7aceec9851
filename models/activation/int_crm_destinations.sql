{{ config(materialized='view') }}
with destinations as (

    select * from {{ ref('crm_destinations') }}

),

properties as (

    select
        *,
        to_json(property)::varchar as json_property
    from {{ ref('crm_properties') }}

),

final as (

    select
        destinations.destination,
        destinations.address as address_kind,

        -- The JSON object of the properties, with a place for each value: of crm_fields, in their order.
        '{{ "{{" }}' || string_agg(
            replace(replace(properties.json_property, '{', '{{ "{{" }}'), '}', '{{ "}}" }}') || ':{'
            || list_position({{ crm_fields().keys() | list }}, properties.field) - 1 || '}',
            ',' order by properties.property
        ) || '{{ "}}" }}' as template,
        '{' || string_agg(
            properties.json_property || ':null', ',' order by properties.property
        ) || '}' as emptied_properties,

        -- By our fields.
        struct_pack(
            {%- for field in crm_fields() %}
            {{ field }} := max(properties.property) filter (where properties.field = '{{ field }}')
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as property_of,
        struct_pack(
            {%- for field in crm_fields() %}
            {{ field }}
            := bool_or(properties.people_may_change) filter (where properties.field = '{{ field }}')
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as people_may_change

    from destinations
    inner join properties on destinations.destination = properties.destination
    group by destinations.destination, destinations.address

)

select * from final
