with

changes as (

    select * from {{ ref('stg_attribute_changes') }}

),

final as (

    select
        entity,
        entity_id,
        lower(trim(attribute)) as attribute,
        known_at,
        -- Names that differ in case alone may clash; any fixed choice will do.
        max(value) as value

    from changes
    group by all

)

select * from final
