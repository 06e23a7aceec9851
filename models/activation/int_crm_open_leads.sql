{{ config(materialized='view') }}
with wanted as (

    select * from {{ ref('int_crm_wanted') }}

),

told as (

    select * from {{ ref('int_crm_told') }}

),

destinations as (

    select * from {{ ref('int_crm_destinations') }}

),

with_told as (

    select
        wanted.*,
        told.latest,
        told.told,
        told.told_properties,
        told.record_id,
        cast(cast(told.latest_properties as json) as map (varchar, varchar)) as latest_values,
        destinations.property_of,
        destinations.people_may_change

    from wanted
    inner join destinations on wanted.destination = destinations.destination
    left join told on wanted.destination = told.destination and wanted.lead_id = told.lead_id

),

-- (A step of its own, so that the JSON is read once.)
compared as (

    select
        *,
        list_bool_or([
            {%- for field, kind in crm_fields().items() if field not in var('crm_silent_fields') %}
            {{ says_something_else(
                kind,
                var('crm_min_change').get(field, 0),
                'field_values.' ~ field,
                'latest_values',
                'property_of.' ~ field,
                'people_may_change.' ~ field,
            ) | indent(12) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        ]) as says_something_else
    from with_told

),

final as (

    select
        destination,
        lead_id,
        address,
        record_id,
        case
            when latest is null or (latest.is_leaving and latest.status in ('told', 'missing')) then 'new'
            when latest.status is null then 'again'
            when address <> latest.address then 'moved'
            when says_something_else then 'changed'
            when latest.status = 'refused' then 'refused'
            else 'none'
        end as change,
        field_values.score,
        properties,
        properties_hash,
        told,
        told_properties

    from compared

)

select * from final
